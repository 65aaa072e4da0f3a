using Bridge.Server.Certificates;
using Bridge.Server.Tls;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Tls;

public sealed class RenewedFilesTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _renewed = [];
    private readonly List<string> _refused = [];
    private readonly RenewedFiles<string> _files;
    private int _readings;

    public RenewedFilesTests()
    {
        _folder.Write("a", "1");
        _files = new(Read, Make, _renewed.Add, _refused.Add, _time);
        _files.Current.Should().Be("1");
    }

    [Fact]
    public void Current_WithinASecond_DoesNotReadAgain()
    {
        _folder.Write("a", "2");
        _time.Advance(0.99 * Second);

        _files.Current.Should().Be("1");
        _readings.Should().Be(1);
        _time.Advance(0.01 * Second);
        _files.Current.Should().Be("2");
        _files.Current.Should().Be("2");
        _readings.Should().Be(2);
    }

    [Fact]
    public void Current_SameBytes_MakesNothingAnew()
    {
        var first = _files.Current;
        _folder.Write("a", "1");

        After(Second).Should().BeSameAs(first);
        _renewed.Should().BeEmpty();
    }

    [Fact]
    public void Current_Unusable_IsToldOnceForEachChange()
    {
        _folder.Write("a", "bad");
        After(Second).Should().Be("1");
        After(Second).Should().Be("1");
        _refused.Should().Equal("bad");

        _folder.Write("a", "bad too");
        After(Second).Should().Be("1");
        _folder.Write("a", "1");
        After(Second).Should().Be("1");
        _folder.Write("a", "bad too");
        After(Second).Should().Be("1");

        _refused.Should().Equal("bad", "bad too", "bad too");
        _renewed.Should().BeEmpty();
    }

    [Fact]
    public void Current_FileGoneForAWhile_IsToldOnceAndUsedWhenItIsBack()
    {
        File.Delete(_folder.File("a"));
        After(Second).Should().Be("1");
        After(Second).Should().Be("1");
        _refused.Should().ContainSingle().Which.Should().Contain(_folder.File("a"));

        _folder.Write("a", "2");
        After(Second).Should().Be("2");

        _renewed.Should().Equal("2");
    }

    [Fact]
    public async Task Current_WhileAnotherLooks_IsWhatWasMadeBefore()
    {
        using var reading = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        var files = new RenewedFiles<string>(
            () =>
            {
                reading.Release();
                goOn.Wait(Eventually.DefaultTimeout).Should().BeTrue();
                return FileContents.Read(_folder.Path, "a");
            },
            Make, _renewed.Add, _refused.Add, _time);
        goOn.Release();
        files.Current.Should().Be("1");
        await reading.WaitAsync(Eventually.DefaultTimeout);
        _folder.Write("a", "2");
        _time.Advance(Second);

        var looking = Task.Run(() => files.Current);
        await reading.WaitAsync(Eventually.DefaultTimeout);
        files.Current.Should().Be("1");
        goOn.Release();

        (await looking.WaitAsync(Eventually.DefaultTimeout)).Should().Be("2");
    }

    public void Dispose() => _folder.Dispose();

    private string After(TimeSpan time)
    {
        _time.Advance(time);
        return _files.Current;
    }

    private FileContents Read()
    {
        _readings++;
        return FileContents.Read(_folder.Path, "a");
    }

    private static string Make(FileContents contents)
    {
        var text = contents.GetText("a");
        return text.StartsWith("bad", StringComparison.Ordinal) ? throw new CertificateFileException(text) : text;
    }
}
