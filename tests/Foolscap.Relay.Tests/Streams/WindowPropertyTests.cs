using System.IO.Pipelines;
using FsCheck;
using FsCheck.Fluent;
using Foolscap.Relay.Streams;
using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Tests.Streams;

/// <summary>What holds for every order of events. FsCheck tells the seed of what it falsifies.</summary>
internal sealed class WindowPropertyTests
{
    private const int MaxWrites = 256;

    /// <summary>A step is a write of so many bytes if it is positive; else an answer, with a window now and then.</summary>
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property SendWindow_AnyWritesAndAnswers_IsWhatTheModelSays() => Prop.ForAll(
        Gen.Choose(1, 1000).ToArbitrary(),
        Gen.Choose(-300, 300).ListOf().ToArbitrary(),
        (window, steps) =>
        {
            SendWindow sender = new();
            sender.Open(window);
            Queue<int> inFlight = new();
            foreach (int step in steps)
            {
                int room = (int)Math.Max(0, sender.Room);
                int count = Math.Min(step, room);
                if (count > 0)
                {
                    sender.OnSent(count);
                    inFlight.Enqueue(count);
                    if (inFlight.Sum() > window)
                    {
                        return false; // More than a window is in flight.
                    }
                }
                else if (step <= 0 && inFlight.TryDequeue(out int answered))
                {
                    int? changed = step < -250 ? -step : null;
                    sender.OnAnswered(answered, changed);
                    window = changed ?? window;
                }

                long expected = inFlight.Count < MaxWrites ? window - inFlight.Sum() : 0;
                Task waiting = sender.WaitAsync().AsTask();
                if (sender.Room != expected || waiting.IsCompleted != expected > 0)
                {
                    return false;
                }

                if (expected <= 0)
                {
                    // One wait at a time: this one ends before the next begins.
                    while (inFlight.TryDequeue(out int rest))
                    {
                        sender.OnAnswered(rest, window: null);
                    }

                    waiting.Within("the end of the wait").GetAwaiter().GetResult();
                }
            }

            return true;
        });

    [FsCheck.NUnit.Property(MaxTest = 40)]
    public Property RelayedStream_AnyWritesOfBothSides_ArriveInOrderAndOnceAndBeforeTheClose() => Prop.ForAll(
        Gen.Elements(1, 7, 100, 65_536, RelayProtocol.DefaultWindow).ToArbitrary(),
        Gen.Choose(1, 5000).ListOf().ToArbitrary(),
        Gen.Choose(1, 300).ListOf().ToArbitrary(),
        (window, toRight, toLeft) => TransferAsync(window, toRight.Take(8), toLeft.Take(8)).GetAwaiter().GetResult());

    [FsCheck.NUnit.Property(MaxTest = 40)]
    public Property RelayedStream_AbortAtAnyPlace_WhatArrivesIsTheBeginning() => Prop.ForAll(
        Gen.Choose(1, 5000).ListOf().ToArbitrary(),
        Gen.Choose(0, 8).ToArbitrary(),
        (writes, place) => AbortAsync([.. writes.Take(8)], place).GetAwaiter().GetResult());

    private static async Task<bool> TransferAsync(int window, IEnumerable<int> toRight, IEnumerable<int> toLeft)
    {
        await using ConnectedTubs tubs = await ConnectedTubs.ConnectAsync();
        StreamPair pair = await StreamPair.StartAsync(tubs, new RelayedStreamOptions { ReceiveWindow = window });
        byte[] right = Piping.Bytes(toRight.Sum() / (window < 50 ? 20 : 1), seed: 1);
        byte[] left = Piping.Bytes(toLeft.Sum() / (window < 50 ? 20 : 1), seed: 2);
        Task sending = Task.WhenAll(SendAsync(pair.Left, right, toRight), SendAsync(pair.Right, left, toLeft));
        Task<byte[]> atRight = pair.Right.ReceiveToEndAsync();
        Task<byte[]> atLeft = pair.Left.ReceiveToEndAsync();
        await sending.Within("the sending");
        bool same = (await atRight).AsSpan().SequenceEqual(right) && (await atLeft).AsSpan().SequenceEqual(left);
        StreamEnd end = await pair.LeftEndedAsync();
        await pair.RightEndedAsync();
        return same && end.AbortReason is null && end.OutboundBytes == right.Length && end.InboundBytes == left.Length;
    }

    private static async Task<bool> AbortAsync(IReadOnlyList<int> writes, int place)
    {
        await using ConnectedTubs tubs = await ConnectedTubs.ConnectAsync();
        StreamPair pair = await StreamPair.StartAsync(tubs);
        byte[] sent = Piping.Bytes(writes.Sum());
        List<byte> received = [];
        Task reading = ReadUntilResetAsync(pair.Right, received);
        int position = 0;
        foreach (int count in writes.Take(place))
        {
            await pair.Left.SendAsync(sent[position..(position + count)]);
            position += count;
        }

        pair.LeftStream.Abort("given up");
        await reading.Within("the reset");
        StreamEnd end = await pair.RightEndedAsync();
        return end.AbortReason is not null && received.Count <= position && received.SequenceEqual(sent.Take(received.Count));
    }

    private static async Task SendAsync(IDuplexPipe pipe, byte[] bytes, IEnumerable<int> sizes)
    {
        int position = 0;
        foreach (int size in sizes)
        {
            int count = Math.Min(size, bytes.Length - position);
            await pipe.SendAsync(bytes[position..(position + count)]);
            position += count;
        }

        await pipe.Output.CompleteAsync();
    }

    private static async Task ReadUntilResetAsync(IDuplexPipe pipe, List<byte> received)
    {
        try
        {
            while (true)
            {
                ReadResult result = await pipe.Input.ReadAsync();
                foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                {
                    received.AddRange(segment.ToArray());
                }

                pipe.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (IOException)
        {
            // Reset, as it should be.
        }
    }
}
