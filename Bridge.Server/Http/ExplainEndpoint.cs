using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;
using Bridge.Server.Requests;
using Bridge.Server.Topics;

namespace Bridge.Server.Http;

/// <summary><c>GET /access/explain</c>: which rule decides whether somebody may do something. For administrators.</summary>
internal sealed class ExplainEndpoint(AccessControl access, AccessChecks checks)
{
    public IResult Handle(HttpContext context)
    {
        checks.ThrowUnlessAdministrator(Caller.Of(context), "ask what others may do");
        var fields = UrlEncoded.Parse(context.Request.QueryString);
        var user = fields.OptionalText("user");
        var role = fields.OptionalText("role");
        var permissions = access.Current.Find(user, role) ?? throw BridgeException.RequestInvalid(NobodyOf(user, role));
        var (action, brokerKey, topic) = (ActionOf(fields), fields.RequiredText("brokerKey"), fields.RequiredText("topic"));
        var decision = permissions.Explain(action, brokerKey, TargetOf(action, topic));
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(
            new
            {
                allowed = decision.IsAllowed,
                user,
                brokerKey,
                topic,
                action = fields.RequiredText("action"),
                role = decision.Rule?.Role,
                rule = decision.Rule?.Path,
                filter = decision.Rule?.Filter?.Text,
                because = decision.ToString(),
            },
            BridgeJson.Options);
    }

    private static AccessAction ActionOf(RequestFields fields)
    {
        var name = fields.RequiredText("action");
        return AccessActions.Names.Contains(name)
            ? AccessActions.Parse(name)
            : throw BridgeException.RequestInvalid($"'action' must be one of {string.Join(", ", AccessActions.Names)}, is '{name}'.");
    }

    private static AccessTarget TargetOf(AccessAction action, string topic)
    {
        if (action == AccessAction.Read)
            return TopicFilter.TryParse(topic, out var problem) ?? throw new BridgeException(ErrorCodes.FilterInvalid, problem!);
        return TopicName.Check(topic) is { } wrong ? throw new BridgeException(ErrorCodes.TopicInvalid, wrong) : topic;
    }

    private static string NobodyOf(string? user, string? role) =>
        role is not null ? $"There is no role '{role}'."
        : user is null ? "Nobody is let in without credentials: say a 'user' (the name of an API key or of a certificate), or a 'role'."
        : $"There is no API key and no certificate of the name '{user}'; of those with tokens only the token has the roles: say a 'role' beside it.";
}
