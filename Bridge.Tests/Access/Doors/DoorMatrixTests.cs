using Bridge.Tests.Support;

namespace Bridge.Tests.Access.Doors;

/// <summary>Every door, every action, everybody: the whole of it in one table.</summary>
/// <remarks>
/// The reader may read device/# on plant but for device/secret/#; the stranger may do everything, on cloud; full (a token) may do
/// everything with plant's topics; the boss is an administrator.
/// </remarks>
public sealed class DoorMatrixTests(DoorsHost doors) : IClassFixture<DoorsHost>
{
    private const string Matrix =
        """
                                  | none | wrong | expired | reader    | stranger  | full  | boss
        GET a topic               | 401  | 401   | 401     | 200       | 403       | 200   | 200
        GET a denied topic        | 401  | 401   | 401     | 403       | 403       | 404   | 404
        GET a filter              | 401  | 401   | 401     | 200       | 403       | 200   | 200
        GET a filter too wide     | 401  | 401   | 401     | 403       | 403       | 200   | 200
        GET and wait              | 401  | 401   | 401     | 404       | 403       | 404   | 404
        GET raw                   | 401  | 401   | 401     | 200       | 403       | 200   | 200
        HEAD                      | 401  | 401   | 401     | 200       | 403       | 200   | 200
        stream                    | 401  | 401   | 401     | 200       | 403       | 200   | 200
        stream with a ticket      | no ticket | no ticket | no ticket | 200 | 403   | 200   | 200
        GET of no broker          | 401  | 401   | 401     | 403       | 403       | 403   | 404
        GET history               | 401  | 401   | 401     | 200       | 403       | 200   | 200
        GET history too wide      | 401  | 401   | 401     | 403       | 403       | 200   | 200
        POST JSON                 | 401  | 401   | 401     | 403       | 403       | 200   | 200
        POST form                 | 401  | 401   | 401     | 403       | 403       | 200   | 200
        POST raw                  | 401  | 401   | 401     | 403       | 403       | 200   | 200
        POST retained             | 401  | 401   | 401     | 403       | 403       | 200   | 200
        POST array                | 401  | 401   | 401     | 403       | 207 forbidden | 200 | 200
        request                   | 401  | 401   | 401     | 403       | 403       | 200   | 200
        GET brokers               | 401  | 401   | 401     | plant     | cloud     | plant | cloud+plant
        GET broker                | 401  | 401   | 401     | 200       | 403       | 200   | 200
        GET of no such broker     | 401  | 401   | 401     | 403       | 403       | 403   | 404
        ready                     | 200  | 401   | 401     | plant     | cloud     | plant | cloud+plant
        ticket                    | 401  | 401   | 401     | 200       | 200       | 200   | 200
        explain                   | 401  | 401   | 401     | 403       | 403       | 403   | 200
        metrics                   | 401  | 401   | 401     | 403       | 403       | 403   | 200
        hub connect               | 401  | 401   | 401     | ok        | ok        | ok    | ok
        hub connect with a ticket | no ticket | no ticket | no ticket | ok | ok     | ok    | ok
        hub Subscribe             | 401  | 401   | 401     | ok        | forbidden | ok    | ok
        hub Subscribe too wide    | 401  | 401   | 401     | forbidden | forbidden | ok    | ok
        hub GetLast               | 401  | 401   | 401     | ok        | forbidden | ok    | ok
        hub GetLast denied        | 401  | 401   | 401     | forbidden | forbidden | ok    | ok
        hub GetHistory            | 401  | 401   | 401     | ok        | forbidden | ok    | ok
        hub GetHistory denied     | 401  | 401   | 401     | forbidden | forbidden | ok    | ok
        hub Publish               | 401  | 401   | 401     | forbidden | forbidden | ok    | ok
        hub Publish retained      | 401  | 401   | 401     | forbidden | forbidden | ok    | ok
        hub Request               | 401  | 401   | 401     | forbidden | forbidden | ok    | ok
        hub GetBrokers            | 401  | 401   | 401     | plant     | cloud     | plant | cloud+plant
        """;

    private static readonly string[][] Rows =
        [.. Matrix.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries))];

    public static TheoryData<string> Actions => [.. Rows.Skip(1).Select(row => row[0])];

    [ToolTheory(Tool.Mosquitto)]
    [MemberData(nameof(Actions))]
    public async Task Action_ByEachCaller_IsDoneOrRefused(string action)
    {
        var results = new List<string>();
        foreach (var caller in DoorsHost.Callers)
        {
            using var door = new Door(doors.Bridge, doors.CredentialsOf(caller));
            results.Add(await DoorActions.All[action](door));
        }

        results.Should().Equal(Rows.Single(row => row[0] == action).Skip(1), action);
    }

    [Fact]
    public void Matrix_HasEveryActionAndCaller()
    {
        Rows.Skip(1).Select(row => row[0]).Should().BeEquivalentTo(DoorActions.All.Keys);
        Rows[0].Skip(1).Should().Equal(DoorsHost.Callers);
    }
}
