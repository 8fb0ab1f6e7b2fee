using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Lathe.Cli.Drift;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Lathe.Formats.Tokenization;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe perplexity</c>: how well a model foresees a text, and how far its predictions are from those of another run.</summary>
internal static class PerplexityVerb
{
    public static Command Create()
    {
        var model = ModelOption.Create(required: true);
        var text = new Option<string?>("--file", "-f") { Description = "The text. With --kl it may be left out: the file of log-probabilities has the tokens.", HelpName = "FILE" };
        var chunk = NumberOption.Create(["--context", "-c"], "Tokens of a chunk; the second half of each is scored.", 512, 4, 1 << 20);
        var chunks = NumberOption.CreateOptional(["--chunks"], "Chunks to score at most.", 1, int.MaxValue);
        var save = new Option<string?>("--kl-save") { Description = "Write the log-probabilities of the scored tokens, to compare others with: 4 bytes per token of the vocabulary.", HelpName = "FILE" };
        var compare = new Option<string?>("--kl") { Description = "Compare with log-probabilities that --kl-save wrote.", HelpName = "FILE" };
        var kv = KvOption.Create();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var verb = new Command("perplexity", "Score a text: perplexity, and divergence from another run.") { model, text, chunk, chunks, save, compare, kv, json };
        verb.Validators.Add(result =>
        {
            if (result.GetValue(text) is null && result.GetValue(compare) is null)
            {
                result.AddError("perplexity needs -f, or --kl with the tokens of an earlier run");
            }
            else if (result.GetValue(save) is not null && result.GetValue(compare) is not null)
            {
                result.AddError("--kl-save and --kl exclude each other: first save one run, then compare another");
            }
        });
        var engine = new EngineOptions(verb);
        verb.SetAction((result, cancellation) =>
        {
            using var known = result.GetValue(compare) is { } path ? new LogProbabilityReader(File.OpenRead(path), path) : null;
            ScoredText? scored = null;
            using var loaded = engine.LoadWithoutTokenizer(result, result.GetValue(model)!, (loadedModel, policy) =>
            {
                scored = Text(loadedModel.File.Metadata, result.GetValue(text), known?.Header, result.GetValue(chunk), result.GetValue(chunks));
                return scored.Fit(new RuntimeOptions { KvElementType = KvOption.Read(result, kv) ?? (policy.Quality ? KvElementType.F32 : KvElementType.F16) });
            });
            var vocabulary = loaded.Model.HyperParameters.VocabularySize;
            if (known is not null && known.Header.Vocabulary != vocabulary)
            {
                throw new CommandException($"{result.GetValue(compare)} has log-probabilities of {known.Header.Vocabulary} tokens, but the model's vocabulary has {vocabulary}");
            }

            var hash = known is null && result.GetValue(save) is null ? null : loaded.File.ComputeSha256();
            using var writer = result.GetValue(save) is { } target
                ? new LogProbabilityWriter(File.Create(target), new LogProbabilityHeader(hash!, vocabulary, scored!.ChunkTokens, scored.Tokens.ToArray()))
                : null;
            var perplexity = new Perplexity();
            var divergence = known is null ? null : new Divergence();
            Terminal.WithProgress("scoring", scored!.ChunkCount, report => scored.Score(
                loaded.Runtime,
                (token, logits) =>
                {
                    perplexity.Add(LogProbabilities.Normalizer(logits) - logits[token]);
                    divergence?.Add(token, known!.Read(), logits);
                    writer?.Write(logits);
                },
                done => report(done),
                cancellation));
            if (result.GetValue(json))
            {
                JsonText.Print(Json(scored, perplexity, divergence, hash, known?.Header));
            }
            else
            {
                Print(scored, perplexity, divergence, hash, known?.Header);
            }

            return Task.FromResult(ExitCode.Success);
        });
        return verb;
    }

    private static ScoredText Text(Formats.Gguf.GgufMetadata metadata, string? path, LogProbabilityHeader? known, int chunkTokens, int? mostChunks)
    {
        // Tokens of an earlier run already begin as they should.
        if (path is null)
        {
            return new ScoredText(known!.Tokens, known.ChunkTokens, beginning: null);
        }

        var tokenizer = Tokenizer.FromGguf(metadata);
        var tokens = tokenizer.Encode(File.ReadAllText(path), addSpecial: true);
        if (tokens.Length < chunkTokens)
        {
            throw new CommandException($"{path} has {tokens.Length} tokens, expected at least one chunk of {chunkTokens}: give a longer text or a smaller -c");
        }

        var text = new ScoredText(tokens, chunkTokens, tokenizer.AddBos ? tokenizer.BosId : null, mostChunks);
        if (known is not null && (known.ChunkTokens != chunkTokens || !known.Tokens.AsSpan().SequenceEqual(text.Tokens.Span)))
        {
            throw new CommandException(
                $"the log-probabilities are of {known.Tokens.Length} other tokens in chunks of {known.ChunkTokens}: leave -f out to score the tokens of that run");
        }

        return text;
    }

    private static void Print(ScoredText text, Perplexity perplexity, Divergence? divergence, byte[]? hash, LogProbabilityHeader? known)
    {
        Line($"{text.ChunkCount} chunks of {text.ChunkTokens} tokens, {perplexity.Tokens} tokens scored");
        Line($"PPL {perplexity.Value:F4} ± {perplexity.Error:F4}");
        if (divergence is null)
        {
            return;
        }

        Line($"base PPL {divergence.Base.Value:F4} ± {divergence.Base.Error:F4}; ln ratio {perplexity.MeanNegativeLog - divergence.Base.MeanNegativeLog:g4}");
        Line($"KL divergence: mean {divergence.Mean:g4} ± {divergence.MeanError:g2}, median {divergence.Quantile(0.5):g4}, 99.9 % {divergence.Quantile(0.999):g4}, largest {divergence.Quantile(1):g4}");
        Line($"Δp: mean {100 * divergence.MeanDeltaP:g3} %, RMS {100 * divergence.RmsDeltaP:g3} %");
        Line($"same top token: {100 * divergence.SameTop:F3} %");
        Line($"model {Convert.ToHexStringLower(hash!)}, base {Convert.ToHexStringLower(known!.ModelHash)}");

        static void Line(FormattableString text) => Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }

    private static JsonObject Json(ScoredText text, Perplexity perplexity, Divergence? divergence, byte[]? hash, LogProbabilityHeader? known)
    {
        var json = new JsonObject
        {
            ["chunks"] = text.ChunkCount,
            ["chunk_tokens"] = text.ChunkTokens,
            ["scored_tokens"] = perplexity.Tokens,
            ["perplexity"] = DriftJson.Number(perplexity.Value),
            ["perplexity_error"] = DriftJson.Number(perplexity.Error),
        };
        if (divergence is not null)
        {
            json["base_perplexity"] = DriftJson.Number(divergence.Base.Value);
            json["mean_kl"] = DriftJson.Number(divergence.Mean);
            json["mean_kl_error"] = DriftJson.Number(divergence.MeanError);
            json["median_kl"] = DriftJson.Number(divergence.Quantile(0.5));
            json["kl_99_9"] = DriftJson.Number(divergence.Quantile(0.999));
            json["max_kl"] = DriftJson.Number(divergence.Quantile(1));
            json["mean_delta_p"] = DriftJson.Number(divergence.MeanDeltaP);
            json["rms_delta_p"] = DriftJson.Number(divergence.RmsDeltaP);
            json["same_top"] = DriftJson.Number(divergence.SameTop);
            json["model_sha256"] = Convert.ToHexStringLower(hash!);
            json["base_sha256"] = Convert.ToHexStringLower(known!.ModelHash);
        }

        return json;
    }
}
