using Bridge.Server.Messages;
using Bridge.Server.Requests;
using Microsoft.Extensions.Primitives;

namespace Bridge.Server.Http;

/// <summary>Queries and forms as request members.</summary>
internal static class QueryFields
{
    /// <exception cref="BridgeException">One is there twice.</exception>
    public static RequestFields ToFields(this IEnumerable<KeyValuePair<string, StringValues>> pairs)
    {
        var fields = new RequestFields();
        foreach (var (name, values) in pairs)
        {
            foreach (var value in values)
                fields.Add(name, FieldValue.FromForm(value ?? ""));
        }

        return fields;
    }
}
