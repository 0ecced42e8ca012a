using Foolscap.Tubs.Banana;
using Foolscap.Tubs.References;

namespace Foolscap.Tubs.Tests.References;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ExportTableTests
{
    private readonly ExportTable _exports = new(limit: 2, getFurl: _ => "pb://furl");
    private readonly Referenceable _first = new();
    private readonly Referenceable _second = new();

    [Test]
    public void Add_TheSameObjectAgain_TellsItsFurlOnlyTheFirstTime()
    {
        _exports.BeginMessage();

        Assert.That(_exports.Add(_first), Is.EqualTo(new ExportedReference(1, IsFirst: true, "pb://furl")));
        Assert.That(_exports.Add(_first), Is.EqualTo(new ExportedReference(1, IsFirst: false, Furl: null)));
    }

    [Test]
    public void Add_MoreObjectsThanTheLimit_IsRefusedUntilOneIsGivenBack()
    {
        _exports.BeginMessage();
        _exports.Add(_first);
        _exports.Add(_second);

        Assert.That(() => _exports.Add(new Referenceable()), Throws.TypeOf<ViolationException>().With.Message.Contains("2 references"));
        _exports.Release(1, 1);
        Assert.That(_exports.Add(new Referenceable()).Clid, Is.EqualTo(3), "a clid is never used again");
    }

    [Test]
    public void Rollback_MessageThatIsNotSent_CountsAsIfItHadNotBeen()
    {
        _exports.BeginMessage();
        _exports.Add(_first);
        _exports.BeginMessage();
        _exports.Add(_first);
        _exports.Add(_second);

        _exports.Rollback();

        Assert.That((_exports.Find(1), _exports.Find(2), _exports.Count), Is.EqualTo(((IReferenceable)_first, (IReferenceable?)null, 1)));
        _exports.Release(1, 1);
        Assert.That(_exports.Count, Is.Zero);
    }

    [TestCase(2)]
    [TestCase(-1)]
    public void Release_MoreThanWasSent_IsRefusedAndChangesNothing(int count)
    {
        _exports.BeginMessage();
        _exports.Add(_first);

        Assert.That(() => _exports.Release(1, count), Throws.TypeOf<ViolationException>());
        Assert.That(_exports.Find(1), Is.SameAs(_first));
    }

    [Test]
    public void Release_UnknownClid_MeansNothing() => Assert.That(() => _exports.Release(99, 1), Throws.Nothing);
}
