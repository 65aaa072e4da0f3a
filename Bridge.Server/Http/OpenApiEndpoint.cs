using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;

namespace Bridge.Server.Http;

/// <summary>
/// <c>GET /openapi/v1.json</c>: what the HTTP door does, in OpenAPI 3.1. Written by hand in <c>openapi.json</c>, which the tests hold
/// against the code; the version is the program's.
/// </summary>
internal sealed class OpenApiEndpoint
{
    private readonly byte[] _document = Read();
    private readonly EntityTagHeaderValue _tag;

    public OpenApiEndpoint() => _tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(_document)[..8])}\"");

    public IResult Handle(HttpResponse response)
    {
        // Kept, but asked for each time: a page of one version must not describe another.
        response.Headers.CacheControl = "no-cache";
        return Results.Bytes(_document, "application/json", entityTag: _tag);
    }

    private static byte[] Read()
    {
        var assembly = typeof(OpenApiEndpoint).Assembly;
        using var file = assembly.GetManifestResourceStream("openapi.json")!;
        var document = JsonNode.Parse(file)!;
        // What follows a plus is the commit.
        document["info"]!["version"] = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        return JsonSerializer.SerializeToUtf8Bytes(document, BridgeJson.Options);
    }
}
