namespace Bridge.Tests.Support;

/// <summary>Programs outside .NET that some tests use; <c>./test.sh</c> installs them where it can.</summary>
[Flags]
internal enum Tool
{
    None = 0,
    Mosquitto = 1,
    Node = 2,
    Chromium = 4,
    OpenSsl = 8,
    Curl = 16,
    Mount = 32,
}
