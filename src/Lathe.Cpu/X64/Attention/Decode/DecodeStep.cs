using System.Runtime.Intrinsics;
using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Decode;

/// <summary>Attention of few tokens: all query rows of a KV head go over its pages together. The threads share the KV heads where these divide evenly, otherwise the
/// pages; then a <see cref="DecodeMergeStep"/> follows.</summary>
/// <param name="partials">Where parts of items go, or null if each thread takes whole KV heads.</param>
internal sealed unsafe class DecodeStep(
    AttentionNode node, CpuKvStorage kv, DecodeKernels kernels, DecodePartials? partials, CpuBuffer query, CpuBuffer output, CpuBuffer marker, CpuBuffer scratch)
    : CpuStep([.. Touches(node.Attention, partials, query, output, marker)])
{
    private const float Log2E = 1.44269504f;

    /// <summary>A maximum that every score is above; finite, so that a row that has seen nothing yet does not become NaN.</summary>
    private const float NothingSeen = -1e30f;

    private readonly AttentionParameters _attention = node.Attention;
    private readonly float* _sinks = node.Attention.Sinks is null ? null : (float*)node.Attention.Sinks.Data;

    // Scores are logarithms to base two. Where they are capped, the queries carry what the tanh wants: twice the score over the cap.
    private readonly float _queryScale = node.Attention.Scale * Log2E * (node.Attention.Softcap is { } cap ? 2 / cap : 1);

    /// <summary>Working memory of a thread.</summary>
    /// <param name="tokens">Most tokens of a sequence.</param>
    public static long ScratchBytes(AttentionParameters attention, int tokens) =>
        PaddedRows(attention, tokens) * (long)(DecodeRow.Bytes + ((attention.HeadDim + attention.ValueDim) * sizeof(float)));

    public override void Run(in StepContext context)
    {
        var division = new DecodeDivision(_attention, context.Batch, context.Threads);
        var start = 0;
        for (var item = 0; item < division.Items; item++)
        {
            var pages = division.Pages(item);
            var (first, end) = partials is not null ? division.Share(item, start, context.Thread)
                : division.KvHead(item) * context.Threads / _attention.KvHeadCount == context.Thread ? (0, pages)
                : (0, 0);
            if (first < end)
            {
                Attend(context, division.Slice(item), division.KvHead(item), division.FirstPage(item) + first, division.FirstPage(item) + end, begins: first == 0, ends: end == pages);
            }

            start += pages;
        }
    }

    private static IEnumerable<BufferAccess> Touches(AttentionParameters attention, DecodePartials? partials, CpuBuffer query, CpuBuffer output, CpuBuffer marker)
    {
        yield return BufferAccess.Read(query, Heads(attention.GroupSize * attention.HeadDim));
        yield return BufferAccess.Read(marker, Heads(1));
        yield return BufferAccess.Write(output, Heads(attention.GroupSize * attention.ValueDim));
        if (partials is not null)
        {
            yield return BufferAccess.Write(partials.Buffer, AccessPattern.Whole);
        }

        AccessPattern Heads(int unit) => partials is null ? AccessPattern.ByColumns(attention.KvHeadCount * unit, unit) : AccessPattern.Whole;
    }

    /// <summary>Rows with those that fill up the last part.</summary>
    private static int PaddedRows(AttentionParameters attention, int tokens) => (tokens * attention.GroupSize) + DecodeEmitter.MaxRows;

    private void Attend(in StepContext context, in BatchSlice slice, int kvHead, int firstPage, int endPage, bool begins, bool ends)
    {
        var rows = slice.Count * _attention.GroupSize;
        var together = DecodeKernels.RowsTogether(rows);
        var records = (DecodeRow*)scratch.Row(context.Thread, 0);
        var paddedRows = (rows + together - 1) / together * together;
        var queries = (float*)(records + paddedRows);
        var sums = queries + ((long)paddedRows * _attention.HeadDim);
        Begin(context, slice, kvHead, paddedRows, records, queries, begins);
        new Span<float>(sums, paddedRows * _attention.ValueDim).Clear();
        for (var page = firstPage; page < endPage; page += DecodeArguments.MaxPages)
        {
            var count = Math.Min(DecodeArguments.MaxPages, endPage - page);
            for (var row = 0; row < rows; row += together)
            {
                var call = new DecodeArguments
                {
                    Queries = queries + ((long)row * _attention.HeadDim),
                    Sums = sums + ((long)row * _attention.ValueDim),
                    Rows = records + row,
                    ValueDelta = kv.Layout.ValueOffset(node.Layer, kvHead) - kv.Layout.KeyOffset(node.Layer, kvHead),
                    PageCount = count,
                    Position = page * KvLayout.PageTokens,
                    End = slice.FirstPosition + slice.Count,
                    Cap = Log2E * (_attention.Softcap ?? 0),
                };
                for (var i = 0; i <= count; i++)
                {
                    // Behind the last page the keys are fetched of a page that is there.
                    var number = slice.Sequence.Pages[Math.Min(page + i, endPage - 1)];
                    call.Pages[i] = (nint)(kv.Page(number) + kv.Layout.KeyOffset(node.Layer, kvHead));
                }

                kernels[together].Run(&call);
            }
        }

        End(context, slice, kvHead, rows, records, sums, begins, whole: begins && ends);
    }

    private void Begin(in StepContext context, in BatchSlice slice, int kvHead, int paddedRows, DecodeRow* records, float* queries, bool begins)
    {
        for (var row = 0; row < paddedRows; row++)
        {
            // Those that fill up the last part do what the last row does.
            var (token, head) = Math.DivRem(Math.Min(row, (slice.Count * _attention.GroupSize) - 1), _attention.GroupSize);
            head += kvHead * _attention.GroupSize;
            var position = slice.FirstPosition + token;
            records[row] = new DecodeRow
            {
                Largest = _sinks != null && begins ? _sinks[head] * Log2E : NothingSeen,
                Position = position,
                FirstVisible = _attention.FirstVisible(position),
            };
            records[row].Total[0] = _sinks != null && begins ? 1 : 0;
            var source = query.FloatRow(context.Thread, slice.FirstRow + token) + ((long)head * _attention.HeadDim);
            Scale(source, _queryScale, queries + ((long)row * _attention.HeadDim), _attention.HeadDim);
        }
    }

    private void End(in StepContext context, in BatchSlice slice, int kvHead, int rows, DecodeRow* records, float* sums, bool begins, bool whole)
    {
        for (var row = 0; row < rows; row++)
        {
            var total = Vector512.Sum(Vector512.Load((float*)(records + row)));
            var source = sums + ((long)row * _attention.ValueDim);
            if (whole)
            {
                Scale(source, 1 / total, Result(output, context, _attention, slice, kvHead, row), _attention.ValueDim);
                continue;
            }

            var partial = partials!.Row(context.Thread, begins, row);
            partial[0] = records[row].Largest;
            partial[1] = total;
            Scale(source, 1, DecodePartials.Sums(partial), _attention.ValueDim);
        }
    }

    /// <summary>Where the result of a query row goes.</summary>
    public static float* Result(CpuBuffer output, in StepContext context, AttentionParameters attention, in BatchSlice slice, int kvHead, int row)
    {
        var (token, head) = Math.DivRem(row, attention.GroupSize);
        return output.FloatRow(context.Thread, slice.FirstRow + token) + ((long)((kvHead * attention.GroupSize) + head) * attention.ValueDim);
    }

    private static void Scale(float* source, float factor, float* target, int count)
    {
        for (var i = 0; i < count; i += Vector512<float>.Count)
        {
            (Vector512.Load(source + i) * factor).Store(target + i);
        }
    }
}
