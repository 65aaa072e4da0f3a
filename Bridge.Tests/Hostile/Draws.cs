namespace Bridge.Tests.Hostile;

/// <summary>Draws lots.</summary>
internal static class Draws
{
    /// <summary>True in so many of a hundred cases.</summary>
    public static bool Percent(this Random random, int percent) => random.Next(100) < percent;

    public static T Pick<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public static byte[] Bytes(this Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
