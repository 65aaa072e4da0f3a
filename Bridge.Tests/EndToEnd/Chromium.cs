using Bridge.Tests.Support;
using Microsoft.Playwright;

namespace Bridge.Tests.EndToEnd;

/// <summary>The system's own Chromium, without a window, shared by the tests of a class.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        // Where there is none the tests are skipped, which is not decided here.
        if (ToolFactAttribute.SkipReason(Tool.Chromium) is not null)
            return;

        _playwright = await Playwright.CreateAsync().WaitAsync(Eventually.DefaultTimeout);
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Tools.Chromium, Args = Arguments, Headless = true });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A new page, as of somebody who has never been there.</summary>
    internal async Task<DashboardPage> NewPageAsync(int width = 1400, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        context.SetDefaultTimeout((float)Eventually.DefaultTimeout.TotalMilliseconds);
        return await DashboardPage.NewAsync(context);
    }
}
