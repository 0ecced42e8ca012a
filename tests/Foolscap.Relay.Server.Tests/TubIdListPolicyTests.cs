using Foolscap.Furls;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests;

/// <summary>The list of Tubs in a file, which is read again when it changes.</summary>
internal sealed class TubIdListPolicyTests
{
    private static readonly TubId Low = TestCertificates.Low.TubId;
    private static readonly TubId High = TestCertificates.High.TubId;

    private DirectoryInfo _folder = null!;
    private FakeTimeProvider _time = null!;
    private RecordingLoggerFactory _log = null!;
    private string _path = null!;
    private TubIdListPolicy _policy = null!;

    [SetUp]
    public void Create()
    {
        _folder = Directory.CreateTempSubdirectory("foolscap-relay-");
        _path = Path.Combine(_folder.FullName, "tubs");
        _time = new FakeTimeProvider();
        _log = new RecordingLoggerFactory();
        _policy = new TubIdListPolicy(_path, _log, _time);
    }

    [TearDown]
    public void Delete()
    {
        _log.Dispose();
        _folder.Delete(recursive: true);
    }

    [Test]
    public async Task Decide_NoFile_DeniesEverybodyAndSaysSoOnce()
    {
        Assert.That(
            () => _policy.DecideAsync(new RegistrationRequest(High, Address: null), default).AsTask(),
            Throws.TypeOf<IOException>(), "It denies, but is no reason to end registrations that stand.");
        for (int i = 0; i < 5; i++)
        {
            Pass();
            Assert.That(await IsAllowedAsync(High), Is.False);
        }

        Assert.That(_log.Records.Select(record => record.EventId.Id), Is.EqualTo(new[] { 3013 }));
    }

    [Test]
    public async Task New_ListWithABadLine_IsToldBeforeAnybodyRegisters()
    {
        await WriteAsync(High.ToString(), Low.ToString()[..31]);
        _ = new TubIdListPolicy(_path, _log, _time);

        Assert.That(_log.Records.Select(record => record.EventId.Id), Is.EqualTo(new[] { 3013, 3014, 3012 }), "no file at first, then the bad line and the count");
    }

    [Test]
    public async Task Decide_FileComesLater_IsRead()
    {
        Assert.That(await IsAllowedAsync(High), Is.False);
        await WriteAsync(High.ToString());
        Pass();
        Assert.That((await IsAllowedAsync(High), await IsAllowedAsync(Low)), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task Decide_CommentsEmptyLinesAndBadOnes_AdmitNobodyAndTheOthersCount()
    {
        await WriteAsync("# our Tubs", "", $"  {High}  # the storage server", "no TubID", $"#{Low}", $"!{Low}");
        Assert.That((await IsAllowedAsync(High), await IsAllowedAsync(Low)), Is.EqualTo((true, false)));
        Assert.That(_log.Records.Where(record => record.EventId.Id == 3014).Select(record => record.Message.Split(' ')[1]), Is.EqualTo(["4", "6"]));
    }

    [Test]
    public async Task Decide_FileHasChanged_IsReadAgainAtMostOnceASecond()
    {
        await WriteAsync(High.ToString());
        Assert.That(await IsAllowedAsync(High), Is.True);
        await WriteAsync(Low.ToString(), Low.ToString());
        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.That((await IsAllowedAsync(High), await IsAllowedAsync(Low)), Is.EqualTo((true, false)));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That((await IsAllowedAsync(High), await IsAllowedAsync(Low)), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task Decide_FileHasNotChanged_IsNotReadAgain()
    {
        await WriteAsync(High.ToString());
        for (int i = 0; i < 5; i++)
        {
            Assert.That(await IsAllowedAsync(High), Is.True);
            Pass();
        }

        Assert.That(_log.Records.Select(record => record.EventId.Id), Is.EqualTo(new[] { 3013, 3012 }), "no file at first");
    }

    [Test]
    public async Task Decide_FileIsDeleted_DeniesEverybody()
    {
        await WriteAsync(High.ToString());
        Assert.That(await IsAllowedAsync(High), Is.True);
        File.Delete(_path);
        Pass();
        Assert.That(await IsAllowedAsync(High), Is.False);
        await WriteAsync(High.ToString());
        Pass();
        Assert.That(await IsAllowedAsync(High), Is.True);
        Assert.That(_log.Records.Select(record => record.EventId.Id), Is.EqualTo(new[] { 3013, 3012, 3013, 3012 }), "no file at first");
    }

    [Test]
    public async Task Decide_FileIsRenamedOver_IsReadAgain()
    {
        await WriteAsync(High.ToString());
        Assert.That(await IsAllowedAsync(High), Is.True);
        await ReplaceAsync(_path, Low);
        Pass();
        Assert.That((await IsAllowedAsync(High), await IsAllowedAsync(Low)), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task Decide_FileBehindALinkHasChanged_IsReadAgain()
    {
        string behind = Path.Combine(_folder.FullName, "behind");
        await ReplaceAsync(behind, High);
        File.CreateSymbolicLink(_path, behind);
        Assert.That(await IsAllowedAsync(High), Is.True);
        await ReplaceAsync(behind, Low);
        Pass();
        Assert.That((await IsAllowedAsync(High), await IsAllowedAsync(Low)), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task Decide_PathIsAFolder_DeniesEverybody()
    {
        Directory.CreateDirectory(_path);
        Assert.That(await IsAllowedAsync(High), Is.False);
    }

    private void Pass() => _time.Advance(TimeSpan.FromSeconds(1.1));

    private async Task<bool> IsAllowedAsync(TubId tubId)
    {
        try
        {
            AdmissionDecision decision = await _policy.DecideAsync(new RegistrationRequest(tubId, Address: null), default);
            Assert.That(decision.Reason, Is.EqualTo(decision.IsAllowed ? null : "this relay takes only Tubs that its operator has listed"));
            return decision.IsAllowed;
        }
        catch (IOException)
        {
            return false; // As the relay takes it.
        }
    }

    private Task WriteAsync(params string[] lines) => File.WriteAllLinesAsync(_path, lines);

    /// <summary>Renames a new file over the old one, as the policy's documentation advises; its time is certainly another one.</summary>
    private async Task ReplaceAsync(string path, TubId tubId)
    {
        string beside = Path.Combine(_folder.FullName, "new");
        await File.WriteAllLinesAsync(beside, [tubId.ToString()]);
        File.SetLastWriteTimeUtc(beside, DateTime.UtcNow.AddSeconds(File.Exists(path) ? 10 : 0));
        File.Move(beside, path, overwrite: true);
    }
}
