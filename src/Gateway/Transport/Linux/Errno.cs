using System.Net.Sockets;

namespace Sluice.Gateway.Transport.Linux;

/// <summary>Error numbers of Linux that are told apart here, and what they mean to the layers above.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int WouldBlock = 11;
    public const int OutOfMemory = 12;
    public const int AccessDenied = 13;
    public const int DeviceBusy = 16;
    public const int InvalidArgument = 22;
    public const int TooManyFilesInSystem = 23;
    public const int TooManyFiles = 24;
    public const int BrokenPipe = 32;
    public const int NoSystemCall = 38;
    public const int TimerExpired = 62;
    public const int AddressInUse = 98;
    public const int AddressNotAvailable = 99;
    public const int NetworkUnreachable = 101;
    public const int ConnectionAborted = 103;
    public const int ConnectionReset = 104;
    public const int NoBufferSpace = 105;
    public const int TimedOut = 110;
    public const int ConnectionRefused = 111;
    public const int HostUnreachable = 113;
    public const int InProgress = 115;
    public const int Canceled = 125;

    /// <summary>No descriptor or memory left: accepting goes on later, when some have been given back.</summary>
    public static bool IsExhaustion(int error) => error is TooManyFiles or TooManyFilesInSystem or NoBufferSpace or OutOfMemory;

    public static SocketFailure ToFailure(int error) => error switch
    {
        ConnectionRefused or NoEntry => SocketFailure.Refused,
        NetworkUnreachable or HostUnreachable or AddressNotAvailable => SocketFailure.Unreachable,
        TimedOut => SocketFailure.TimedOut,
        ConnectionReset or BrokenPipe or ConnectionAborted => SocketFailure.Reset,
        _ => SocketFailure.Other,
    };

    public static SocketFailure ToFailure(SocketError error) => error switch
    {
        SocketError.ConnectionRefused or SocketError.AddressNotAvailable => SocketFailure.Refused,
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown => SocketFailure.Unreachable,
        SocketError.TimedOut => SocketFailure.TimedOut,
        SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted => SocketFailure.Reset,
        SocketError.OperationAborted => SocketFailure.Closed,
        _ => SocketFailure.Other,
    };

    public static string Describe(int error) => System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error);
}
