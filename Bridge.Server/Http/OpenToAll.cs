namespace Bridge.Server.Http;

/// <summary>Marks an endpoint that needs no credentials: what it tells is no secret. All others need some.</summary>
internal sealed class OpenToAll
{
    private static readonly OpenToAll Mark = new();

    public static bool Is(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null;

    public static void Add(EndpointBuilder endpoint) => endpoint.Metadata.Add(Mark);
}
