using Bridge.Server.Configuration;
using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Scripts;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Pipeline.Scripts;

public sealed class ScriptFolderTests : IDisposable
{
    private const string Code = "const step = { timeoutMilliseconds: 30000 }; let n = 0; function onMessage(m) { m.message = ++n; }";
    private const string Other = "function onPublish(m) {}";
    private const string Broken = "function onMessage(m) {\n  }}";

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly LogCapture _logs = new();
    private readonly LoggerFactory _factory;
    private readonly ScriptFolder _scripts;
    private readonly PipelineOptions _options = new();
    private int _changes;

    public ScriptFolderTests()
    {
        _factory = new([_logs]);
        Directory.CreateDirectory(_folder.File("steps"));
        _scripts = new(_folder.Path, _factory.CreateLogger<ScriptFolder>(), _time) { Changed = () => _changes++ };
    }

    private IEnumerable<LogEntry> Refusals => _logs.Entries.Items.Where(entry => entry.EventId.Id == 12100);

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    public void Find_NoFolder_HasNone(string folder) => _scripts.Find(new() { Scripts = folder }, []).Should().BeEmpty();

    [Fact]
    public void Find_Files_AreInTheOrderOfTheirNames()
    {
        Write("b.js", Code);
        Write("B.js", Other);
        Write("a.shadow.js", Code);
        Write("a.js", Code);
        Write("readme.md", "no script");
        Directory.CreateDirectory(_folder.File("steps/c.js"));

        Find().Select(step => step.Options.Name).Should().Equal("B", "a", "a.shadow", "b");
    }

    [Fact]
    public void Find_BrokenFiles_SaysAllMistakes()
    {
        Write("a.js", Broken);
        Write("b.js", Code);
        Write("c.js", "1");

        FluentActions.Invoking(Find).Should().Throw<BridgeConfigurationException>().Which.Errors.Should().Equal(
            "steps/a.js:2:4: Unexpected token '}'", "steps/c.js:1:1: it defines none of the functions onMessage, onPublish and onRead");
    }

    [Fact]
    public void Look_NothingChanged_KeepsTheSteps()
    {
        Write("a.js", Code);
        var before = Find().Single();
        Write("a.js", Code);
        Look(3);

        Find().Single().Should().BeSameAs(before);
        _changes.Should().Be(0);
    }

    [Fact]
    public void Look_ChangedFile_IsTakenWhenItIsTheSameInTwoLooks()
    {
        Write("a.js", Code);
        Write("b.js", Code);
        var before = Find();
        Write("b.js", Other[..10]);
        Look();
        Write("b.js", Other);
        Look();
        _changes.Should().Be(0);
        Find().Should().Equal(before);

        Look();
        _changes.Should().Be(1);
        Find()[0].Should().BeSameAs(before[0]);
        Find()[1].Stages.Should().Be(StepStages.Publish);
        Find()[1].Version.Should().NotBe(before[1].Version);
    }

    [Fact]
    public void Look_BrokenFile_IsToldOnceAndTheOldStepStays()
    {
        Write("a.js", Code);
        var before = Find().Single();
        Write("a.js", Broken);
        Write("b.js", Other);
        Look(5);

        Refusals.Should().ContainSingle().Which.Message.Should().Contain("steps/a.js:2:4: Unexpected token '}'");
        Refusals.Single().Level.Should().Be(LogLevel.Error);
        _scripts.Problems.Should().ContainSingle().Which.Key.Should().Be("a.js");
        Find().Select(step => step.Options.Name).Should().Equal("a", "b");
        Find()[0].Should().BeSameAs(before);

        Write("a.js", Broken + "}");
        Look(5);
        Refusals.Should().HaveCount(2);
        Write("a.js", Code);
        Look(5);
        _scripts.Problems.Should().BeEmpty();
        Find()[0].Should().BeSameAs(before, "it never ended");
        _changes.Should().Be(1, "of b alone");
    }

    [Fact]
    public void Look_FileGone_EndsItsStep()
    {
        Write("a.js", Code);
        Find().Should().ContainSingle();
        File.Delete(_folder.File("steps/a.js"));
        Look();
        Find().Should().ContainSingle("it may be on its way");
        Look();

        Find().Should().BeEmpty();
        _changes.Should().Be(1);
    }

    [Fact]
    public void Look_LinkPointedElsewhere_IsAChange()
    {
        var (one, two) = (_folder.Write("one", Code), _folder.Write("two", Other));
        File.SetLastWriteTimeUtc(one, DateTime.UnixEpoch);
        File.SetLastWriteTimeUtc(two, DateTime.UnixEpoch);
        var link = _folder.File("steps/a.js");
        File.CreateSymbolicLink(link, one);
        Find().Single().Stages.Should().Be(StepStages.Message);
        File.Delete(link);
        File.CreateSymbolicLink(link, two);
        Look(2);

        Find().Single().Stages.Should().Be(StepStages.Publish);
    }

    [Fact]
    public void Find_OtherLimits_LoadsAnew()
    {
        Write("a.js", Code);
        var before = Find().Single();

        _scripts.Find(new() { ScriptLimits = new() { Statements = 5 } }, []).Single().Step.Should().NotBeSameAs(before.Step);
    }

    [Fact]
    public void Find_OtherFolderIsBroken_ChangesNothing()
    {
        Write("a.js", Code);
        var before = Find().Single();
        Directory.CreateDirectory(_folder.File("other"));
        _folder.Write("other/x.js", Broken);

        FluentActions.Invoking(() => _scripts.Find(new() { Scripts = "other" }, [])).Should().Throw<BridgeConfigurationException>();
        Find().Single().Should().BeSameAs(before);
    }

    public void Dispose()
    {
        _scripts.Dispose();
        _factory.Dispose();
        _folder.Dispose();
    }

    private IReadOnlyList<StepDefinition> Find() => _scripts.Find(_options, []);

    private void Write(string name, string code) => _folder.Write($"steps/{name}", code);

    private void Look(int times = 1)
    {
        for (var i = 0; i < times; i++)
            _time.Advance(TimeSpan.FromSeconds(1));
    }
}
