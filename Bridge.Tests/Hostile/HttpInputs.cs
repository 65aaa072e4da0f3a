using System.Globalization;
using System.Text;

namespace Bridge.Tests.Hostile;

/// <summary>A request.</summary>
/// <param name="Bytes">All of it.</param>
/// <param name="IsHead">Its answer has no body.</param>
internal sealed record HttpInput(byte[] Bytes, bool IsHead);

/// <summary>Requests whose end can be told, whatever is in them: each has one answer, so that many can follow each other on a connection.</summary>
internal sealed class HttpInputs(HttpCorpus corpus, Random random)
{
    private readonly Mutator _mutator = new(random);

    public HttpInput Next()
    {
        var method = random.Pick(corpus.Methods);
        var kind = random.Pick(corpus.Bodies);
        var head = new StringBuilder($"{method} {Target(kind)} HTTP/1.1\r\nHost: bridge\r\n");
        for (var rest = random.Next(-2, 3); rest > 0; rest--)
            head.Append(random.Pick(HttpCorpus.Headers)).Append("\r\n");

        // A server may close after a body that a method should not have.
        var body = kind == BodyKind.None || method is "GET" or "HEAD" ? [] : Body(kind, head);
        var framed = Frame(body, kind, head);
        return new([.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. framed], method == "HEAD");
    }

    private string Target(BodyKind kind)
    {
        var path = random.Pick(corpus.Paths);
        // Members in the query make the body the payload.
        var query = corpus.Body is null || kind == BodyKind.Raw || random.Percent(5) ? Members.ToForm(Known(corpus.Query.Draw(random, hugePercent: 1))) : "";
        if (random.Percent(3))
            query += random.Pick<string>(["&%", "&%zz=%", "&=&&", "&a=%FF", "&\u00ff=\u00ff", "?", "&%00=%00", "#a"]);
        return query.Length > 0 ? $"{path}?{query}" : path;
    }

    /// <summary>In a raw publish the message is not in the query.</summary>
    private IEnumerable<(string Name, HostileValue Value)> Known(IEnumerable<(string Name, HostileValue Value)> members) =>
        corpus.Body is null || random.Percent(5) ? members : members.Where(member => member.Name != "message");

    private byte[] Body(BodyKind kind, StringBuilder head)
    {
        var members = (corpus.Body ?? corpus.Query).Draw(random, hugePercent: 2);
        var (type, text) = kind switch
        {
            BodyKind.Json => ("application/json", Members.ToJson(members)),
            BodyKind.JsonArray => ("application/json", Array(members)),
            BodyKind.Form => ("application/x-www-form-urlencoded", Members.ToForm(members)),
            BodyKind.Raw => ("application/octet-stream", "21.5"),
            _ => ("application/json", "21.5"),
        };
        if (random.Percent(10))
            type = random.Pick(HttpCorpus.ContentTypes);
        if (!random.Percent(2))
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}\r\n");
        var body = Encoding.UTF8.GetBytes(text);
        if (kind == BodyKind.Other)
            return random.Bytes(random.Next(64));
        return random.Percent(40) ? _mutator.Mutate(body, Encoding.UTF8.GetBytes(Members.ToJson(members))) : body;
    }

    private string Array(List<(string Name, HostileValue Value)> members)
    {
        var items = Enumerable.Range(0, random.Next(5)).Select(_ => Members.ToJson((corpus.Body ?? corpus.Query).Draw(random, hugePercent: 0)));
        return $"[{string.Join(',', items.Append(Members.ToJson(members)))}]";
    }

    private byte[] Frame(byte[] body, BodyKind kind, StringBuilder head)
    {
        if (body.Length == 0 && kind == BodyKind.None)
            return [];
        if (random.Percent(75))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
            return body;
        }

        head.Append("Transfer-Encoding: chunked\r\n");
        using var chunks = new MemoryStream();
        for (var from = 0; from < body.Length;)
        {
            var size = Math.Min(random.Next(1, 100 + (body.Length / 4)), body.Length - from);
            var extension = random.Percent(10) ? ";a=\"b\"" : "";
            chunks.Write(Encoding.ASCII.GetBytes($"{size.ToString(random.Percent(50) ? "x" : "X4", CultureInfo.InvariantCulture)}{extension}\r\n"));
            chunks.Write(body, from, size);
            chunks.Write("\r\n"u8);
            from += size;
        }

        chunks.Write(random.Percent(10) ? "0\r\nA: trailer\r\n\r\n"u8 : "0\r\n\r\n"u8);
        return chunks.ToArray();
    }
}
