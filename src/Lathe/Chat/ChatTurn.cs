namespace Lathe.Chat;

/// <summary>One message of a chat.</summary>
/// <param name="Role">Who speaks, as templates name them: <c>system</c>, <c>user</c>, <c>assistant</c>.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatTurn(string Role, string Content);
