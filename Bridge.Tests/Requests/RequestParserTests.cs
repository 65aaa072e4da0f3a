using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.Requests;

namespace Bridge.Tests.Requests;

public sealed class RequestParserTests
{
    private readonly BridgeOptions _options = new() { Brokers = { ["plant"] = new BrokerOptions() } };
    private readonly RequestParser _parser;

    public RequestParserTests() => _parser = new RequestParser(_options);

    [Fact]
    public void ParsePublish_EveryMemberInJson_IsTaken() => ShouldBeFull(RequestParser.ParsePublish(Fields.FromHub("""
        {"brokerKey":"plant","topic":"a","message":"21.5","qos":2,"retain":true,"contentType":"text/plain","userProperties":[["unit","C"]],
         "responseTopic":"answer","correlationData":"AP8=","expirySeconds":4294967295,"idempotencyKey":"k"}
        """)));

    [Fact]
    public void ParsePublish_EveryMemberInAForm_IsTaken() => ShouldBeFull(RequestParser.ParsePublish(Fields.FromForm(
        ("brokerKey", "plant"), ("topic", "a"), ("message", "21.5"), ("qos", "2"), ("retain", "true"), ("contentType", "text/plain"),
        ("userProperties", """[["unit","C"]]"""), ("responseTopic", "answer"), ("correlationData", "AP8="), ("expirySeconds", "4294967295"),
        ("idempotencyKey", "k"))));

    [Fact]
    public void ParsePublish_EveryMemberInMessagePack_IsTaken() => ShouldBeFull(RequestParser.ParsePublish(Fields.FromMessagePack(
        MessagePack.MessagePackSerializer.Serialize(new Dictionary<string, object>
        {
            ["brokerKey"] = "plant",
            ["topic"] = "a",
            ["message"] = "21.5"u8.ToArray(),
            ["qos"] = 2,
            ["retain"] = true,
            ["contentType"] = "text/plain",
            ["userProperties"] = new List<string[]> { { ["unit", "C"] } },
            ["responseTopic"] = "answer",
            ["correlationData"] = new byte[] { 0, 0xFF },
            ["expirySeconds"] = uint.MaxValue,
            ["idempotencyKey"] = "k",
        }))));

    [Fact]
    public void ParsePublish_OnlyWhatIsNeeded_HasTheUsualValues()
    {
        var request = RequestParser.ParsePublish(Fields.FromHub("""{"brokerKey":"plant","topic":"a","message":""}"""));

        request.QualityOfService.Should().Be(QualityOfService.AtLeastOnce);
        request.Retain.Should().BeFalse();
        request.Payload.Length.Should().Be(0);
        (request.ContentType ?? request.ResponseTopic).Should().BeNull();
        request.UserProperties.Should().BeNull();
        (request.CorrelationData.HasValue || request.ExpirySeconds.HasValue).Should().BeFalse();
    }

    [Theory]
    [InlineData("brokerKey", null)]
    [InlineData("topic", null)]
    [InlineData("qos", "3")]
    [InlineData("qos", "-1")]
    [InlineData("qos", "\"1\"")]
    [InlineData("retain", "\"yes\"")]
    [InlineData("contentType", "1")]
    [InlineData("userProperties", "{}")]
    [InlineData("responseTopic", "[]")]
    [InlineData("correlationData", "\"?\"")]
    [InlineData("expirySeconds", "0")]
    [InlineData("expirySeconds", "4294967296")]
    [InlineData("idempotencyKey", "5")]
    public void ParsePublish_MemberMissingOrWrong_IsRefusedByName(string member, string? value)
    {
        var members = new Dictionary<string, string> { ["brokerKey"] = "\"plant\"", ["topic"] = "\"a\"", ["message"] = "\"\"" };
        members.Remove(member);
        if (value is not null)
            members[member] = value;
        var json = $"{{{string.Join(',', members.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}";

        RequestFieldsTests.ShouldBeRefused(() => RequestParser.ParsePublish(Fields.FromHub(json)), $"'{member}' *");
    }

    [Theory]
    [InlineData("0", 0, false)]
    [InlineData("1", 1, true)]
    [InlineData("2", 2, true)]
    public void ParsePublish_FormNumbersAndFlags_AreReadFromText(string text, int qos, bool retain)
    {
        var form = Fields.FromForm(("brokerKey", "plant"), ("topic", "a"), ("message", ""), ("qos", text), ("retain", retain ? "1" : "0"));

        var request = RequestParser.ParsePublish(form);

        ((int)request.QualityOfService, request.Retain).Should().Be((qos, retain));
    }

    [Theory]
    [InlineData(" 1")]
    [InlineData("1.0")]
    [InlineData("0x1")]
    [InlineData("")]
    public void ParsePublish_FormNumberThatIsNone_IsRefused(string text) => RequestFieldsTests.ShouldBeRefused(
        () => RequestParser.ParsePublish(Fields.FromForm(("brokerKey", "plant"), ("topic", "a"), ("message", ""), ("qos", text))), "'qos' *");

    [Fact]
    public void ParseRequest_AsDotNetClientsWriteIt_IsTaken()
    {
        var (message, timeout) = RequestParser.ParseRequest(Fields.FromMessagePack(MessagePack.MessagePackSerializer.Serialize(
            new ReplyRequest { BrokerKey = "plant", Topic = "a", Payload = "1"u8.ToArray(), TimeoutSeconds = 0.5 })));

        timeout.Should().Be(TimeSpan.FromSeconds(0.5));
        message.Payload.ToArray().Should().Equal("1"u8.ToArray());
        (message with { Payload = default }).Should().Be(new PublishRequest { BrokerKey = "plant", Topic = "a" });
    }

    [Fact]
    public void ParseRequest_OnlyWhatIsNeeded_WaitsAsLongAsTheRecordSays()
    {
        var (_, timeout) = RequestParser.ParseRequest(Fields.FromHub("""{"brokerKey":"plant","topic":"a","message":"","retain":false,"responseTopic":null}"""));

        timeout.TotalSeconds.Should().Be(new ReplyRequest().TimeoutSeconds).And.Be(10);
    }

    [Theory]
    [InlineData("timeoutSeconds", "0.09")]
    [InlineData("timeoutSeconds", "300.1")]
    [InlineData("timeoutSeconds", "-1")]
    [InlineData("timeoutSeconds", "1e400")]
    [InlineData("timeoutSeconds", "\"10\"")]
    [InlineData("timeoutSeconds", "[]")]
    [InlineData("responseTopic", "\"b\"")]
    [InlineData("correlationData", "\"AA==\"")]
    [InlineData("idempotencyKey", "\"k\"")]
    [InlineData("retain", "true")]
    [InlineData("retain", "5")]
    [InlineData("qos", "3")]
    public void ParseRequest_MemberWrongOrTheBridges_IsRefusedByName(string member, string value) => RequestFieldsTests.ShouldBeRefused(
        () => RequestParser.ParseRequest(Fields.FromHub($$"""{"brokerKey":"plant","topic":"a","message":"","{{member}}":{{value}}}""")), $"'{member}' *");

    [Fact]
    public void ParseFilter_Known_GivesBrokerAndFilter()
    {
        var (brokerKey, filter) = _parser.ParseFilter(Fields.FromHub("""{"brokerKey":"plant","topic":"a/+/#"}"""));

        (brokerKey, filter.Text).Should().Be(("plant", "a/+/#"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/#/b")]
    [InlineData("a+")]
    [InlineData("a/b/c/d")]
    public void ParseFilter_Invalid_IsRefused(string topic)
    {
        _options.Limits.MaxTopicLevels = 3;

        RequestFieldsTests.ShouldBeRefused(
            () => _parser.ParseFilter(Fields.FromHub($$"""{"brokerKey":"plant","topic":"{{topic}}"}""")), "*", ErrorCodes.FilterInvalid);
    }

    [Theory]
    [InlineData(3, "a/b/c")]
    [InlineData(3, "a/b/#")]
    [InlineData(0, "a/b/c/d/e/f")]
    public void ParseFilter_AsManyLevelsAsAllowed_IsTaken(int mostLevels, string topic)
    {
        _options.Limits.MaxTopicLevels = mostLevels;

        _parser.ParseFilter(Fields.FromForm(("brokerKey", "plant"), ("topic", topic))).Filter.Text.Should().Be(topic);
    }

    private static void ShouldBeFull(PublishRequest request)
    {
        request.Payload.ToArray().Should().Equal("21.5"u8.ToArray());
        request.CorrelationData!.Value.ToArray().Should().Equal(0, 0xFF);
        request.UserProperties.Should().ContainSingle().Which.Should().Equal("unit", "C");
        (request with { Payload = default, CorrelationData = null, UserProperties = null }).Should().Be(new PublishRequest
        {
            BrokerKey = "plant",
            Topic = "a",
            QualityOfService = QualityOfService.ExactlyOnce,
            Retain = true,
            ContentType = "text/plain",
            ResponseTopic = "answer",
            ExpirySeconds = uint.MaxValue,
            IdempotencyKey = "k",
        });
    }
}
