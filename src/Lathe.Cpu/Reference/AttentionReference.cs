using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Reference;

/// <summary>Attention, one token and one head at a time: a first pass over the keys finds the largest score, a second one computes the scores
/// again, weighs and sums the values, all in f64. Threads divide the KV heads.</summary>
public sealed unsafe class AttentionReference() : ReferenceRoute<AttentionNode>("attention", "two passes over the keys for each token and head, in f64")
{
    protected override CpuStep Compile(AttentionNode node, StepBuilder builder)
    {
        var attention = node.Attention;
        var query = builder.Input(node.Query);
        var output = builder.Output(node.Result, rowWise: false);
        var row = builder.Scratch("attention.row", (long)Math.Max(attention.HeadDim, attention.ValueDim) * sizeof(float));
        var sums = builder.Scratch("attention.sums", (long)attention.ValueDim * sizeof(double));
        return new Step(node, builder.Kv, query, output, row, sums, builder.KvMarker(node.Layer));
    }

    private sealed class Step(AttentionNode node, CpuKvStorage kv, CpuBuffer query, CpuBuffer output, CpuBuffer rowScratch, CpuBuffer sumScratch, CpuBuffer marker)
        : CpuStep(
            BufferAccess.Read(query, AccessPattern.ByColumns(node.Query.Width, node.Attention.GroupSize * node.Attention.HeadDim)),
            BufferAccess.Read(marker, AccessPattern.ByColumns(node.Attention.KvHeadCount, 1)),
            BufferAccess.Write(output, AccessPattern.ByColumns(node.Result.Width, node.Attention.GroupSize * node.Attention.ValueDim)))
    {
        private readonly AttentionParameters _attention = node.Attention;
        private readonly float[]? _sinks = node.Attention.Sinks is null ? null : WeightRow.LoadVector(node.Attention.Sinks);
        private readonly BlockFormat _format = KvFormat.Of(kv.Layout.ElementType);

        public override void Run(in StepContext context)
        {
            var (firstHead, endHead) = context.Share(_attention.KvHeadCount);
            foreach (var slice in context.Batch.Slices)
            {
                for (var row = slice.FirstRow; row < slice.FirstRow + slice.Count; row++)
                {
                    for (var head = firstHead * _attention.GroupSize; head < endHead * _attention.GroupSize; head++)
                    {
                        Attend(context, slice.Sequence, row, head);
                    }
                }
            }
        }

        private void Attend(in StepContext context, KvSequence sequence, int row, int head)
        {
            var kvHead = head / _attention.GroupSize;
            var visible = context.Batch.Positions[row] + 1;
            var first = _attention.FirstVisible(context.Batch.Positions[row]);
            var q = query.FloatRow(context.Thread, row) + (head * _attention.HeadDim);
            var kvRow = rowScratch.FloatRow(context.Thread, 0);
            var sums = (double*)sumScratch.Row(context.Thread, 0);

            // A sink is one more score, without a value.
            var largest = _sinks is null ? double.NegativeInfinity : _sinks[head];
            for (var token = first; token < visible; token++)
            {
                largest = Math.Max(largest, Score(sequence, kvHead, token, q, kvRow));
            }

            var total = _sinks is null ? 0 : Math.Exp(_sinks[head] - largest);
            new Span<double>(sums, _attention.ValueDim).Clear();
            for (var token = first; token < visible; token++)
            {
                var weight = Math.Exp(Score(sequence, kvHead, token, q, kvRow) - largest);
                total += weight;
                var (page, inPage) = Math.DivRem(token, KvLayout.PageTokens);
                var value = kv.Page(sequence.Pages[page]) + kv.Layout.ValueOffset(node.Layer, kvHead) + (inPage * kv.Layout.ValueBytes);
                _format.Dequantize(value, kvRow, _attention.ValueDim);
                for (var i = 0; i < _attention.ValueDim; i++)
                {
                    sums[i] += weight * kvRow[i];
                }
            }

            var result = output.FloatRow(context.Thread, row) + (head * _attention.ValueDim);
            for (var i = 0; i < _attention.ValueDim; i++)
            {
                result[i] = (float)(sums[i] / total);
            }
        }

        private double Score(KvSequence sequence, int kvHead, int token, float* q, float* kvRow)
        {
            var (page, inPage) = Math.DivRem(token, KvLayout.PageTokens);
            _format.Dequantize(kv.Page(sequence.Pages[page]) + kv.Layout.KeyOffset(node.Layer, kvHead) + (inPage * kv.Layout.KeyBytes), kvRow, _attention.HeadDim);
            var dot = 0.0;
            for (var i = 0; i < _attention.HeadDim; i++)
            {
                dot += (double)q[i] * kvRow[i];
            }

            dot *= _attention.Scale;
            return _attention.Softcap is { } cap ? cap * Math.Tanh(dot / cap) : dot;
        }
    }
}
