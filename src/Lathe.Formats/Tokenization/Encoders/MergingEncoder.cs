namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>An encoder that merges pairs; lends a workspace to each call, so that threads do not meet.</summary>
internal abstract class MergingEncoder(MergeTable merges) : TextEncoder
{
    private MergeWorkspace? _idle;

    public sealed override void Encode(ReadOnlySpan<byte> utf8, bool startsText, List<int> output)
    {
        var workspace = Interlocked.Exchange(ref _idle, null) ?? new MergeWorkspace(merges);
        Encode(utf8, startsText, workspace, output);
        if (workspace.IsWorthKeeping)
        {
            Volatile.Write(ref _idle, workspace);
        }
    }

    protected abstract void Encode(ReadOnlySpan<byte> utf8, bool startsText, MergeWorkspace workspace, List<int> output);
}
