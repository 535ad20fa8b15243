using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Problems;
using Hub.Tests.Envelopes;
using Hub.Tests.Golden;

namespace Hub.Tests.Json;

[TestFixture]
public sealed class JsonPropertyTests
{
    private static readonly GoldenKeys Keys = new();

    [Test]
    public void ReadAfterWrite_OfAnyValidEnvelope_GivesItBack() =>
        Prop.ForAll(EnvelopeGenerators.Envelopes, envelope =>
        {
            var read = JsonEnvelopeReader.Read(JsonEnvelopeWriter.Write(envelope), EnvelopeLimits.Default);
            EnvelopeRules.Check(read, EnvelopeLimits.Default);
            Assert.That(EnvelopeText.Of(read), Is.EqualTo(EnvelopeText.Of(envelope)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Test]
    public void Write_Twice_GivesTheSameBytes() =>
        Prop.ForAll(EnvelopeGenerators.Envelopes, envelope =>
            JsonEnvelopeWriter.Write(envelope).Span.SequenceEqual(JsonEnvelopeWriter.Write(envelope with { Subject = envelope.Subject }).Span)).QuickCheckThrowOnFailure();

    [Test]
    public async Task Verify_WithAnySingleCharacterChanged_Refuses()
    {
        var octets = await EnvelopeCodec.SignAsync(GoldenModel.Minimal("m"), EnvelopeEncoding.Json, Keys.Signer("ec1"));
        for (var at = 0; at < octets.Length; at++)
        {
            foreach (var other in "AQgw+_.= \n9"u8)
            {
                if (other == octets[at]) continue;
                var mutant = octets.ToArray();
                mutant[at] = other;
                AssertRefused(mutant, $"octet {at} changed to '{(char)other}'");
            }
        }
    }

    [Test]
    public async Task Verify_WithAnyCharacterRemovedOrAdded_Refuses()
    {
        var octets = await EnvelopeCodec.SignAsync(GoldenModel.Minimal("m"), EnvelopeEncoding.Json, Keys.Signer("rsa1"));
        for (var at = 0; at < octets.Length; at++)
        {
            AssertRefused([.. octets[..at], .. octets[(at + 1)..]], $"octet {at} removed");
            AssertRefused([.. octets[..at], (byte)'A', .. octets[at..]], $"octet put in at {at}");
            AssertRefused(octets[..at], $"cut off at {at}");
        }
    }

    [Test]
    public void Verify_OfAnyBytes_OnlyRefuses() =>
        Prop.ForAll(Arb.From(Gen.ListOf(Gen.OneOf(Gen.Choose(0, 255), Gen.Elements(".eyJ{}\"".Select(c => (int)c).ToArray())))), bytes =>
            AssertRefused([.. bytes.Select(b => (byte)b)], "random bytes")).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Test]
    public void Read_OfDamagedJson_OnlyReadsOrRefuses() =>
        Prop.ForAll(EnvelopeGenerators.Envelopes, Arb.From(Gen.Choose(0, int.MaxValue)), Arb.From(Gen.Choose(0, 255)), (envelope, position, octet) =>
        {
            var text = JsonEnvelopeWriter.Write(envelope).ToArray();
            text[position % text.Length] = (byte)octet;
            OnlyProblems(() => EnvelopeRules.Check(JsonEnvelopeReader.Read(text, EnvelopeLimits.Default), EnvelopeLimits.Default));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static void AssertRefused(byte[] octets, string what) =>
        Assert.Throws<ProblemException>(() => EnvelopeCodec.Verify(octets, EnvelopeEncoding.Json, Keys.Ring), what);

    private static void OnlyProblems(Action read)
    {
        try
        {
            read();
        }
        catch (ProblemException refusal)
        {
            Assert.That(refusal.Problem.Detail, Is.Not.Empty);
        }
    }
}
