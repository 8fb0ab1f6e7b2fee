namespace Lathe.Formats.Tokenization.Patterns;

/// <summary>A pattern as a non-deterministic automaton: instructions that name their successors, in order of preference.</summary>
internal sealed class PatternProgram
{
    private readonly List<Instruction> _instructions = [];

    public PatternProgram(PatternNode root)
    {
        Start = Emit(root, Add(new Instruction(Operation.Match, 0, 0, 0)));
    }

    internal enum Operation
    {
        /// <summary>Take one code point of the set <c>Argument</c>.</summary>
        Consume,

        /// <summary>Try <c>Next</c>, and <c>Other</c> if that leads nowhere.</summary>
        Fork,

        /// <summary>Go on only if the next code point is not in the set <c>Argument</c> (or there is none).</summary>
        NotFollowedBy,

        /// <summary>Go on only at the end of the text.</summary>
        EndOfText,

        /// <summary>The pattern matches up to here.</summary>
        Match,
    }

    /// <summary>The index of the first instruction.</summary>
    public int Start { get; }

    public IReadOnlyList<Instruction> Instructions => _instructions;

    // Instructions are emitted from the end of the pattern to its start, so that each knows its successor.
    private int Emit(PatternNode node, int next)
    {
        switch (node)
        {
            case PatternNode.Consume consume:
                return Add(new Instruction(Operation.Consume, consume.Set, next, 0));
            case PatternNode.NotFollowedBy assertion:
                return Add(new Instruction(Operation.NotFollowedBy, assertion.Set, next, 0));
            case PatternNode.EndOfText:
                return Add(new Instruction(Operation.EndOfText, 0, next, 0));
            case PatternNode.Sequence sequence:
                return sequence.Items.Reverse().Aggregate(next, (following, item) => Emit(item, following));
            case PatternNode.Alternation alternation:
                var entries = alternation.Choices.Select(choice => Emit(choice, next)).Reverse();
                return entries.Aggregate((rest, entry) => Add(new Instruction(Operation.Fork, 0, entry, rest)));
            case PatternNode.Repeat repeat:
                return EmitRepeat(repeat, next);
            default:
                throw new NotSupportedException($"The pattern node {node.GetType().Name} has no translation.");
        }
    }

    private int EmitRepeat(PatternNode.Repeat repeat, int next)
    {
        var entry = next;
        var required = repeat.Minimum;
        if (repeat.Maximum == PatternNode.Repeat.Unbounded)
        {
            var loop = Add(default);
            var body = Emit(repeat.Body, loop);
            _instructions[loop] = new Instruction(Operation.Fork, 0, body, next);
            entry = loop;
            if (required > 0)
            {
                entry = body;
                required--;
            }
        }

        for (var optional = repeat.Minimum; optional < repeat.Maximum; optional++)
        {
            entry = Add(new Instruction(Operation.Fork, 0, Emit(repeat.Body, entry), next));
        }

        for (; required > 0; required--)
        {
            entry = Emit(repeat.Body, entry);
        }

        return entry;
    }

    private int Add(Instruction instruction)
    {
        _instructions.Add(instruction);
        return _instructions.Count - 1;
    }

    internal readonly record struct Instruction(Operation Operation, int Argument, int Next, int Other);
}
