using System.Runtime.Versioning;

namespace Foolscap.Relay.Tool.Tests;

[Platform(Exclude = "Win", Reason = "Files have no modes there.")]
internal sealed class FileExposureTests
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode All = Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Open = UnixFileMode.UserExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Private = UnixFileMode.UserExecute;

    // Tahoe-LAFS keeps its keys in a folder that only the node's user may enter.
    [TestCase(All, new[] { Open, Open }, true)]
    [TestCase(All, new[] { Private, Open }, false)]
    [TestCase(All, new[] { Open, Private }, false)]
    [TestCase(Owner, new[] { Open, Open }, false)]
    [UnsupportedOSPlatform("windows")]
    public void IsForAll_ModesOfFileAndFolders_CountTogether(UnixFileMode file, UnixFileMode[] folders, bool expected) =>
        Assert.That(FileExposure.IsForAll(file, folders), Is.EqualTo(expected));

    [Test]
    public void IsForAll_FileInAFolderOfOnesOwn_IsNot()
    {
        using TestFolder folder = new(); // Mode 700, as the system makes them.

        Assert.That(FileExposure.IsForAll(folder.Write("tub.pem", "x")), Is.False);
        Assert.That(FileExposure.IsForAll(folder["nothing"]), Is.False);
    }
}
