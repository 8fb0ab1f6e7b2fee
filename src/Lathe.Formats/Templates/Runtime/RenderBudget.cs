using System.Runtime.CompilerServices;

namespace Lathe.Formats.Templates;

/// <summary>What one rendering has used of its <see cref="TemplateLimits"/>.</summary>
internal sealed class RenderBudget(TemplateLimits limits)
{
    private const int ElementsPerStep = 64;

    // An item and the reference to it take about as much memory as sixteen characters.
    private const int UnitsPerItem = 16;

    private long _steps;
    private long _allocated;
    private int _depth;

    public TemplateLimits Limits { get; } = limits;

    /// <summary>Counts one evaluated node.</summary>
    public void Step()
    {
        if (++_steps > Limits.MaxSteps)
        {
            throw new TemplateException($"the template runs for more than {Limits.MaxSteps} steps.");
        }
    }

    /// <summary>Counts an operation that reads or writes this many characters or elements.</summary>
    public void Work(long elements)
    {
        _steps += elements / ElementsPerStep;
        Step();
    }

    /// <summary>Counts a string of this length, before it is constructed.</summary>
    public void Allocate(long length)
    {
        if (length > Limits.MaxOutputLength)
        {
            throw new TemplateException($"a text or list would take the room of {length} characters, which is more than the limit of {Limits.MaxOutputLength}.");
        }

        _allocated += length;
        if (_allocated > Limits.MaxAllocation)
        {
            throw new TemplateException($"the template constructs more than the limit of {Limits.MaxAllocation} characters.");
        }

        Work(length);
    }

    /// <summary>Counts a list or dict of so many items, before it is constructed.</summary>
    public void AllocateItems(long count) => Allocate(count * UnitsPerItem);

    /// <summary>Goes one level deeper. An error ends the rendering, so nobody has to leave the level after one.</summary>
    public void Enter()
    {
        // The count bounds what is reasonable; the stack check bounds what is possible on a thread with a small stack.
        if (++_depth > Limits.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateException($"the template recurses too deeply ({_depth} levels).");
        }
    }

    public void Leave() => _depth--;
}
