using Bridge.Server.Certificates;

namespace Bridge.Server.Tls;

/// <summary>
/// What is made of files, made anew when they have changed. They are looked at when it is asked for, at most once a second: notifications of
/// the system do not tell of everything, such as a symbolic link that is pointed elsewhere.
/// </summary>
/// <param name="read">Reads the files.</param>
/// <param name="make">Makes it of them.</param>
/// <param name="renewed">Is told what was made anew.</param>
/// <param name="refused">Is told, once for each change, why what is there now cannot be used; what was made before stays.</param>
/// <param name="time">The clock.</param>
internal sealed class RenewedFiles<T>(
    Func<FileContents> read, Func<FileContents, T> make, Action<T> renewed, Action<string> refused, TimeProvider time)
    where T : class
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private FileContents? _used;
    private T? _made;
    private FileContents? _unusable;
    private string? _problem;
    private long _lookedAt;

    /// <summary>What is made of the files now. While one caller looks at them, others get what was made before.</summary>
    /// <exception cref="CertificateFileException">They could never be used so far.</exception>
    public T Current
    {
        get
        {
            if (Volatile.Read(ref _made) is not { } made)
                return First();
            if (!_lock.TryEnter())
                return made;

            try
            {
                if (time.GetElapsedTime(_lookedAt) >= Pause)
                    Look();
                return _made ?? made;
            }
            finally
            {
                _lock.Exit();
            }
        }
    }

    private T First()
    {
        lock (_lock)
        {
            if (_made is { } made)
                return made;

            var contents = read();
            (_used, _lookedAt) = (contents, time.GetTimestamp());
            return _made = make(contents);
        }
    }

    private void Look()
    {
        _lookedAt = time.GetTimestamp();
        FileContents? contents = null;
        try
        {
            contents = read();
            if (contents.HasSameBytesAs(_used!))
                (_unusable, _problem) = (null, null);
            else if (_unusable?.HasSameBytesAs(contents) != true)
                Renew(contents);
        }
        catch (CertificateFileException exception)
        {
            Refuse(contents, exception.Message);
        }
    }

    private void Renew(FileContents contents)
    {
        var made = make(contents);
        Volatile.Write(ref _made, made);
        (_used, _unusable, _problem) = (contents, null, null);
        renewed(made);
    }

    /// <summary>Files that cannot be read are another change when the reason is another.</summary>
    private void Refuse(FileContents? contents, string problem)
    {
        var isTold = contents is null && _unusable is null && _problem == problem;
        (_unusable, _problem) = (contents, problem);
        if (!isTold)
            refused(problem);
    }
}
