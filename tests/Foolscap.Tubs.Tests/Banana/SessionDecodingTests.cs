namespace Foolscap.Tubs.Tests.Banana;

/// <summary>What two Python Tubs said to each other, read by this decoder.</summary>
internal sealed class SessionDecodingTests
{
    [Test]
    public void Feed_EveryStep_SameOutcomeHoweverItIsCut(
        [Values(SessionVectors.Plain, SessionVectors.WithLocation)] string file, [Values] bool toServer)
    {
        IReadOnlyList<SessionStep> steps = SessionVectors.Load(file);
        for (int i = 0; i < steps.Count; i++)
        {
            // References count the OPENs of the whole connection, so each step needs those before it.
            byte[] before = [.. steps.Take(i).SelectMany(step => toServer ? step.ToServer : step.ToClient)];
            byte[] bytes = toServer ? steps[i].ToServer : steps[i].ToClient;
            DecoderRun whole = Start(before).FeedToTheEnd(bytes);

            foreach (int cut in GetCuts(bytes))
            {
                DecoderRun split = Start(before).FeedToTheEnd(bytes[..cut], bytes[cut..]);
                Assert.That(split.Events, Is.EqualTo(whole.Events), $"{steps[i].Name} cut at {cut}");
            }

            Assert.That(whole.LeftOver, Is.Zero, steps[i].Name);
        }
    }

    [Test]
    public void Feed_WholeSessionByteByByte_SameOutcomeAsInOnePiece(
        [Values(SessionVectors.Plain, SessionVectors.WithLocation)] string file, [Values] bool toServer)
    {
        // The one string of 64 KiB is fed in larger pieces: an incomplete token is looked at again each time.
        byte[] stream = SessionVectors.Stream(file, toServer);
        DecoderRun whole = new DecoderRun().Feed(stream);
        DecoderRun bytewise = new();
        for (int i = 0; i < stream.Length;)
        {
            int length = bytewise.LeftOver > 2000 ? Math.Min(5000, stream.Length - i) : 1;
            bytewise.Feed(stream.AsSpan(i, length));
            i += length;
        }

        Assert.That(bytewise.Events, Is.EqualTo(whole.Events));
        Assert.That(whole.Events, Has.Count.GreaterThan(30));
    }

    [TestCase("ints-back")]
    [TestCase("floats")]
    [TestCase("simple")]
    [TestCase("tuple-set")]
    [TestCase("dict-order")]
    [TestCase("dict-int-keys")]
    [TestCase("vocab-text")]
    [TestCase("kwargs")]
    [TestCase("register")]
    [TestCase("register-none")]
    public void Feed_Answer_IsWhatPythonGot(string name)
    {
        SessionStep step = SessionVectors.Find(name);
        DecoderRun run = new DecoderRun().Feed(step.ToClient);

        string answer = string.Join(' ', run.Events[0].Split(' ').Skip(2));

        Assert.That(answer, Is.EqualTo(step.Outcome));
    }

    [TestCase("getReferenceByName", "call 1 getReferenceByName(name=b'registrar')")]
    [TestCase("unregister", "call 6 unregister('zdwusfmu7gfjuwftcntk4ao3dj3ymv5g')")]
    [TestCase("text-as-bytes", "call 7 unregister(b'zdwusfmu7gfjuwftcntk4ao3dj3ymv5g')")]
    [TestCase("write-back", "call 8 write(b'HTTP/1.1 101 x\\r\\n\\r\\n')")]
    [TestCase("your-reference", "call 9 echo(<local>)")]
    [TestCase("kwargs", "call 14 kw(1, b=2, c=3)")]
    [TestCase("callRemoteOnly", "call 0 only('x')")]
    [TestCase("ping-number", "ping 300")]
    public void Feed_Call_IsWhatPythonCalled(string name, string expected)
    {
        DecoderRun run = new DecoderRun().Feed(SessionVectors.Find(name).ToServer);

        Assert.That(run.Events[0], Is.EqualTo(expected));
    }

    [Test]
    public void Feed_Call_WritesOfTheRelayProtocolArriveInOrder()
    {
        DecoderRun run = new DecoderRun().Feed(SessionVectors.Find("write-pipelined").ToClient);

        Assert.That(run.Events, Is.EqualTo(new[]
        {
            "call 4 write(b'a')", "call 5 write(b'bb')", "call 6 write(b'ccc')", "call 7 close()",
        }));
    }

    [Test]
    public void Feed_Unsendable_AbortedCallVanishesAndIsNotAnswered()
    {
        SessionStep step = SessionVectors.Find("unsendable");

        List<string> events = new DecoderRun().Feed(step.ToServer).Feed("(call 9 5 'next' (arguments 0))").Events;

        Assert.That(events, Is.EqualTo(new[] { "call 9 next()" }));
    }

    [TestCase("error", "RemoteException builtins.ValueError: you asked me to fail")]
    [TestCase("getReferenceByName-unknown", "RemoteException builtins.KeyError: \"unable to find reference for name starting with 're'\"")]
    [TestCase("error-no-method", "RemoteException builtins.AttributeError: 'Registrar' object has no attribute 'remote_nonesuch'")]
    public void Feed_Error_IsTheRemoteException(string name, string expected)
    {
        DecoderRun run = new DecoderRun().Feed(SessionVectors.Find(name).ToClient);

        Assert.That(run.Events, Has.Count.EqualTo(1));
        Assert.That(run.Events[0], Does.EndWith(expected));
    }

    [Test]
    public void Feed_Gift_IsRefusedAndTheNextMessageRead()
    {
        DecoderRun run = new DecoderRun().Feed(SessionVectors.Find("gift").ToClient).Feed("(answer 99 7)");

        Assert.That(run.Events[0], Does.StartWith("failure 30 ViolationException gifts are refused"));
        Assert.That(run.Events[1], Is.EqualTo("answer 99 7"));
    }

    [Test]
    public void Feed_SharedAndCyclicContainers_AreOneObjectEach()
    {
        DecoderRun run = new();
        foreach (SessionStep step in SessionVectors.Load(SessionVectors.Plain).TakeWhile(step => step.Name != "vocab-text"))
        {
            run.Handler.Values.Clear();
            run.Feed(step.ToServer);
            if (step.Name == "shared")
            {
                List<object?> list = (List<object?>)run.Handler.Values[0]!;
                Assert.That(list[1], Is.SameAs(list[0]));
                Assert.That(((List<object?>)list[2]!)[0], Is.SameAs(list[0]));
            }
            else if (step.Name == "shared-across-args")
            {
                Assert.That(run.Handler.Values[1], Is.SameAs(run.Handler.Values[0]));
            }
            else if (step.Name == "cycle")
            {
                List<object?> list = (List<object?>)run.Handler.Values[0]!;
                Assert.That(list.OfType<List<object?>>(), Has.All.SameAs(list));
                Assert.That(list, Is.Not.Empty);
            }
        }

        Assert.That(run.Events, Has.Some.StartsWith("call 25 "), "the step with the cycle was read");
    }

    private static DecoderRun Start(byte[] before)
    {
        DecoderRun run = new DecoderRun().Feed(before);
        run.Events.Clear();
        return run;
    }

    /// <summary>Every position of a short message; of a long one the borders, and a sample.</summary>
    private static IEnumerable<int> GetCuts(byte[] bytes) => bytes.Length < 400
        ? Enumerable.Range(0, bytes.Length + 1)
        : [.. Enumerable.Range(0, 40), .. Enumerable.Range(bytes.Length - 10, 11), .. Enumerable.Range(1, 9).Select(i => i * bytes.Length / 10)];
}
