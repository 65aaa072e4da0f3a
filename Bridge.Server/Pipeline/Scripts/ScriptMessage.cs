using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.Messages;
using Jint;
using Jint.Native;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>A message as a script sees it. What is expensive to make is made when the script asks for it.</summary>
internal sealed class ScriptMessage
{
    /// <summary>The members, each in its slot.</summary>
    public static readonly string[] Names =
    [
        "brokerKey", "topic", "message", "bytes", "qos", "retain", "receivedAt", "source", "contentType", "userProperties", "responseTopic",
        "correlationData", "expiresAt",
    ];

    /// <summary>What a member holds that the script never asked for and never set.</summary>
    public static readonly JsValue Untouched = new JsString("");

    private static readonly JsString[] Sources = [new("live"), new("retained"), new("restored")];

    private static readonly JsObjectLayout Layout = MakeLayout();

    private readonly JsValue?[] _given = new JsValue?[Names.Length];
    private bool _isOver;

    public ScriptMessage(Engine engine, BridgeMessage original, JsString brokerKey)
    {
        Original = original;
        _given[0] = brokerKey;
        _given[1] = new JsString(original.Topic);
        _given[4] = JsNumber.Create((int)original.QualityOfService);
        _given[5] = original.Retain ? JsBoolean.True : JsBoolean.False;
        _given[7] = Sources[(int)original.Source];
        _given[8] = Text(original.ContentType);
        _given[10] = Text(original.ResponseTopic);
        _given[11] = original.CorrelationData is { } data ? engine.Intrinsics.Uint8Array.Construct(data.Span) : JsValue.Undefined;
        _given[12] = original.ExpiresAt is { } at ? new JsString(Time(at)) : JsValue.Undefined;
        Value = JsObject.Create(engine, Layout, _given!, this);
    }

    public BridgeMessage Original { get; }

    /// <summary>What the script gets.</summary>
    public JsObject Value { get; }

    /// <summary>What the member held when the script got it; null where it never asked.</summary>
    public JsValue? Given(int slot) => _given[slot];

    /// <summary>From here on nothing is made any more.</summary>
    public void Close() => _isOver = true;

    /// <summary>A time as it stands in the message.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static JsObjectLayout MakeLayout()
    {
        var builder = JsObjectLayout.CreateBuilder();
        for (var slot = 0; slot < Names.Length; slot++)
        {
            _ = slot switch
            {
                2 => builder.AddLazy(Names[slot], static (_, state) => Make(state, 2, static (_, message) => DecodedText(message))),
                3 => builder.AddLazy(Names[slot], static (instance, state) => Make(state, 3, static (engine, message) => engine.Intrinsics.Uint8Array.Construct(message.Payload.Span), instance.Engine)),
                6 => builder.AddLazy(Names[slot], static (_, state) => Make(state, 6, static (_, message) => new JsString(Time(message.ReceivedAt)))),
                9 => builder.AddLazy(Names[slot], static (instance, state) => Make(state, 9, Properties, instance.Engine)),
                _ => builder.Add(Names[slot]),
            };
        }

        return builder.Build();
    }

    private static JsValue Make(object? state, int slot, Func<Engine, BridgeMessage, JsValue> make, Engine? engine = null)
    {
        var message = (ScriptMessage)state!;
        return message._isOver ? Untouched : message._given[slot] = make(engine!, message.Original);
    }

    private static JsValue DecodedText(BridgeMessage message)
    {
        try
        {
            return new JsString(StrictUtf8.Instance.GetString(message.Payload.Span));
        }
        catch (ArgumentException)
        {
            return JsValue.Undefined;
        }
    }

    private static JsArray Properties(Engine engine, BridgeMessage message) =>
        new(engine, [.. message.UserProperties.Select(JsValue (property) => new JsArray(engine, [new JsString(property.Name), new JsString(property.Value)]))]);

    private static JsValue Text(string? text) => text is null ? JsValue.Undefined : new JsString(text);
}
