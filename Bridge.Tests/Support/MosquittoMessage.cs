using System.Globalization;
using System.Text;

namespace Bridge.Tests.Support;

/// <summary>A message as mosquitto_sub received it; properties that it did not have are empty.</summary>
/// <param name="UserProperties">As mosquitto_sub writes them: <c>name:value name:value</c>.</param>
internal sealed record MosquittoMessage(
    string Topic,
    byte[] Payload,
    int Qos,
    bool Retain,
    string ContentType,
    string ResponseTopic,
    string CorrelationData,
    string ExpirySeconds,
    string UserProperties)
{
    // The payload in hexadecimal, so that any bytes stay on one line.
    internal const string Format = "%q\t%r\t%x\t%t\t%C\t%R\t%D\t%E\t%P";

    public string Text => Encoding.UTF8.GetString(Payload);

    public override string ToString() => $"{Topic} (QoS {Qos}, retain {Retain}): {Text}";

    /// <summary>Null for a line that tells of something else.</summary>
    internal static MosquittoMessage? TryParse(string line) => line.Split('\t') switch
    {
        [var qos, var retain, var payload, var topic, var contentType, var response, var correlation, var expiry, var user] =>
            new(topic, Convert.FromHexString(payload), int.Parse(qos, CultureInfo.InvariantCulture), retain == "1",
                contentType, response, correlation, expiry, user),
        _ => null,
    };
}
