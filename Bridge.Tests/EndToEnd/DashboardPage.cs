using Bridge.Tests.Support;
using Microsoft.Playwright;

namespace Bridge.Tests.EndToEnd;

/// <summary>The dashboard in a browser, and what it complained of.</summary>
internal sealed class DashboardPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    private DashboardPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => { if (message.Type is "error" or "warning") Complaints.Add($"{message.Type}: {message.Text}"); };
        page.PageError += (_, error) => Complaints.Add($"exception: {error}");
        page.Dialog += async (_, dialog) =>
        {
            Complaints.Add($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings on its console, exceptions, dialogs, and breaches of its security policy.</summary>
    public Collected<string> Complaints { get; } = new();

    public ILocator Notice => Page.Locator("#notice");

    public ILocator WatchNotice => Page.Locator("#watch-notice");

    public ILocator Detail => Page.Locator("#detail");

    public ILocator Receipt => Page.Locator("#publish-result");

    /// <summary>The form that asks who is there.</summary>
    public ILocator Access => Page.Locator("#access");

    public ILocator SignIn => Page.Locator("#sign-in");

    public ILocator SignOut => Page.Locator("#sign-out");

    public static async Task<DashboardPage> NewAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        await page.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective}`))");
        return new DashboardPage(context, page);
    }

    public async Task OpenAsync(string url)
    {
        await Page.GotoAsync(url);
        await Page.Locator("#connection[data-state=connected]").WaitForAsync();
    }

    public ILocator Card(string brokerKey, string state) =>
        Page.Locator($".card[data-state={state}]", new() { Has = Page.GetByRole(AriaRole.Button, new() { Name = brokerKey, Exact = true }) });

    public ILocator Row(string topic) => Page.Locator($"[role=option][title='{topic}']:not([hidden])");

    public async Task SignInAsync(string key)
    {
        await Page.FillAsync("#access-key", key);
        await Page.ClickAsync("#access-submit");
    }

    public async Task WatchAsync(string filter)
    {
        await Page.FillAsync("#watch-filter", filter);
        await Page.ClickAsync("#watch button");
    }

    public async Task PublishAsync(string broker, string topic, string message, string qos, bool retain)
    {
        await Page.SelectOptionAsync("#publish-broker", broker);
        await Page.SelectOptionAsync("#publish-qos", qos);
        await Page.SetCheckedAsync("#publish-retain", retain);
        await Page.FillAsync("#publish-topic", topic);
        await Page.FillAsync("#publish-message", message);
        await Page.ClickAsync("#publish button.primary");
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
