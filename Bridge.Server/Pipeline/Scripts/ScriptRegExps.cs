using System.Runtime.CompilerServices;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Native.Symbol;
using Jint.Runtime;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>
/// The functions that search a text for all matches (ECMA-262 §22.2.6): those of the engine bound the time of each match, not of all, of which
/// there may be very many.
/// </summary>
internal sealed class ScriptRegExps(ScriptRealm realm)
{
    private static readonly JsString LastIndex = new("lastIndex");

    private readonly JsValue _exec = realm.Find("RegExp.prototype").Get("exec");
    private readonly JsValue _constructor = realm.Find("RegExp");
    private readonly JsValue _values = realm.Find("Array.prototype").Get("values");
    private readonly ConditionalWeakTable<JsRegExp, JsRegExp> _splitters = [];

    public void Replace()
    {
        var prototype = realm.Find("RegExp.prototype");
        realm.Replace(prototype, GlobalSymbolRegistry.Match, (_, self, arguments) => Match(RegExp(self), Text(arguments)));
        realm.Replace(prototype, GlobalSymbolRegistry.MatchAll, (_, self, arguments) => MatchAll(RegExp(self), Text(arguments)));
        realm.Replace(prototype, GlobalSymbolRegistry.Replace, (_, self, arguments) => Replace(RegExp(self), Text(arguments), ScriptTexts.At(arguments, 1)));
        realm.Replace(prototype, GlobalSymbolRegistry.Split, (_, self, arguments) => Split(RegExp(self), Text(arguments), ScriptTexts.At(arguments, 1)));
    }

    /// <summary>Refuses an expression without <c>g</c> where all matches are asked for.</summary>
    public static void CheckGlobal(ScriptRealm realm, JsRegExp expression, string function)
    {
        if (!Flags(expression).Contains('g'))
            throw realm.TypeError($"String.prototype.{function} needs a regular expression with the flag g");
    }

    private static string Text(JsValue[] arguments) => TypeConverter.ToString(ScriptTexts.At(arguments, 0));

    private static string Flags(JsRegExp expression) => expression.Get("flags").ToString();

    private JsRegExp RegExp(JsValue self) => self as JsRegExp ?? throw realm.TypeError("This function needs a regular expression");

    private JsRegExp Copy(JsRegExp expression, string flags) => (JsRegExp)realm.Engine.Construct(_constructor, [expression, new JsString(flags)]);

    private JsValue Match(JsRegExp expression, string text)
    {
        if (!Flags(expression).Contains('g'))
            return Next(expression, new JsString(text)) ?? JsValue.Null;

        var found = Matches(expression, text).Select(match => match[0]).ToArray();
        return found.Length == 0 ? JsValue.Null : new JsArray(realm.Engine, found);
    }

    private JsValue MatchAll(JsRegExp expression, string text)
    {
        var matches = Matches(Copy(expression, Flags(expression)), text).ToArray<JsValue>();
        return realm.Call(_values, new JsArray(realm.Engine, matches), []);
    }

    private JsString Replace(JsRegExp expression, string text, JsValue by)
    {
        var template = by.IsCallable() ? null : TypeConverter.ToString(by);
        var function = realm.Counted(by);
        var made = new StringBuilder();
        var end = 0;
        foreach (var match in Matches(expression, text))
        {
            var (start, matched) = (Index(match), match[0].ToString());
            made.Append(text, end, start - end);
            if (template is null)
                made.Append(TypeConverter.ToString(realm.Call(function, JsValue.Undefined, Arguments(match, text))));
            else
                ScriptSubstitution.Append(made, template, text, start, match);
            end = start + matched.Length;
            realm.Bound(made);
        }

        return new JsString(made.Append(text, end, text.Length - end).ToString());
    }

    private JsArray Split(JsRegExp expression, string text, JsValue limit)
    {
        var most = limit.IsUndefined() ? uint.MaxValue : TypeConverter.ToUint32(limit);
        var splitter = _splitters.GetValue(expression, key => Copy(key, Flags(key).Replace("y", "", StringComparison.Ordinal).Replace("g", "", StringComparison.Ordinal) + "g"));
        var parts = new List<JsValue>();
        var end = 0;
        foreach (var match in Matches(splitter, text))
        {
            var (start, length) = (Index(match), match[0].ToString().Length);
            if (length == 0 && (start == end || start == text.Length))
            {
                if (text.Length == 0)
                    return new JsArray(realm.Engine);
                continue;
            }

            parts.Add(new JsString(text[end..start]));
            for (var group = 1u; group < match.Length; group++)
                parts.Add(match[group]);
            end = start + length;
            if (parts.Count >= most)
                break;
        }

        parts.Add(new JsString(text[end..]));
        return new JsArray(realm.Engine, [.. parts.Take((int)Math.Min(most, int.MaxValue))]);
    }

    private IEnumerable<JsArray> Matches(JsRegExp expression, string text)
    {
        var (flags, subject) = (Flags(expression), new JsString(text));
        var isGlobal = flags.Contains('g');
        if (isGlobal)
            expression.Set(LastIndex, JsNumber.Create(0), expression);
        while (Next(expression, subject) is { } match)
        {
            yield return match;
            if (!isGlobal)
                yield break;

            // Behind an empty match the search goes on with the next character.
            if (match[0].ToString().Length == 0)
            {
                var at = (int)TypeConverter.ToInteger(expression.Get(LastIndex));
                var isPair = flags.AsSpan().ContainsAny('u', 'v') && at + 1 < text.Length && char.IsSurrogatePair(text, at);
                expression.Set(LastIndex, JsNumber.Create(at + (isPair ? 2 : 1)), expression);
            }
        }
    }

    private JsArray? Next(JsRegExp expression, JsString text)
    {
        realm.Budget.Look();
        return realm.Call(_exec, expression, [text]) as JsArray;
    }

    private static int Index(JsArray match) => (int)match.Get("index").AsNumber();

    private static JsValue[] Arguments(JsArray match, string text)
    {
        JsValue[] arguments = [.. match, match.Get("index"), new JsString(text)];
        return match.Get("groups") is ObjectInstance groups ? [.. arguments, groups] : arguments;
    }
}
