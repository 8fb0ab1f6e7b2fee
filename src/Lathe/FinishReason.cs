namespace Lathe;

/// <summary>Why a text ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended its turn.</summary>
    EndOfGeneration,

    /// <summary>A stop string appeared.</summary>
    StopString,

    /// <summary>The token limit was reached.</summary>
    TokenLimit,

    /// <summary>The context is full.</summary>
    ContextFull,
}
