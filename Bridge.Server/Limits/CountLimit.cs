using System.Runtime.InteropServices;

namespace Bridge.Server.Limits;

/// <summary>How much of something each of many may have at a time. Those who have none are not known.</summary>
/// <param name="most">How much.</param>
internal sealed class CountLimit<TKey>(int most)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, int> _counts = [];

    /// <summary>How many have any.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _counts.Count;
        }
    }

    public bool IsFull(TKey key)
    {
        lock (_gate)
            return _counts.GetValueOrDefault(key) >= most;
    }

    /// <summary>Takes one, which is to be given back; false where there are as many as there may be.</summary>
    public bool TryTake(TKey key)
    {
        lock (_gate)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _);
            if (count >= most)
                return false;

            count++;
            return true;
        }
    }

    public void Return(TKey key)
    {
        lock (_gate)
        {
            if (--CollectionsMarshal.GetValueRefOrNullRef(_counts, key) == 0)
                _counts.Remove(key);
        }
    }
}
