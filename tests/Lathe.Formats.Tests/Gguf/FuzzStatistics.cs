using System.Text.RegularExpressions;
using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

/// <summary>What a run of mutations met.</summary>
internal sealed partial class FuzzStatistics
{
    private readonly HashSet<string> _faults = [];
    private long _refused;
    private long _mostAllocated;

    public int Accepted { get; private set; }

    /// <summary>How many different checks refused something: the same field with the same expectation, whatever the names and numbers.</summary>
    public int FaultCount => _faults.Count;

    public void Count(GgufException? refusal, long allocated)
    {
        _mostAllocated = Math.Max(_mostAllocated, allocated);
        if (refusal is null)
        {
            Accepted++;
            return;
        }

        _refused++;
        string expectation = refusal.Message[refusal.Message.LastIndexOf("expected", StringComparison.Ordinal)..];
        _faults.Add(Specifics().Replace($"{refusal.Field}|{expectation}", "#"));
    }

    public override string ToString() => $"{Accepted} read, {_refused} refused by {FaultCount} kinds of check, at most {_mostAllocated} bytes allocated in opening one";

    [GeneratedRegex("\"[^\"]*\"|[0-9]+|I?[QF][0-9A-Z_]+")]
    private static partial Regex Specifics();
}
