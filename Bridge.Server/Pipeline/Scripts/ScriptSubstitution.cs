using System.Globalization;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>Writes what stands for a match (ECMA-262 §22.1.3.19.1).</summary>
internal static class ScriptSubstitution
{
    public static void Append(StringBuilder made, string template, string text, int start, JsArray match)
    {
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] != '$' || i + 1 == template.Length)
            {
                made.Append(template[i]);
                continue;
            }

            i += Part(made, template.AsSpan(i + 1), text, start, match);
        }
    }

    /// <returns>How many characters behind the dollar stand for something; 0: the dollar stands for itself.</returns>
    private static int Part(StringBuilder made, ReadOnlySpan<char> template, string text, int start, JsArray match)
    {
        switch (template[0])
        {
            case '$':
                made.Append('$');
                return 1;
            case '&':
                made.Append(match[0]);
                return 1;
            case '`':
                made.Append(text, 0, start);
                return 1;
            case '\'':
                var end = start + match[0].ToString().Length;
                made.Append(text, end, text.Length - end);
                return 1;
            case '<' when template.IndexOf('>') is > 0 and var close && match.Get("groups") is ObjectInstance groups:
                Append(made, groups.Get(template[1..close].ToString()));
                return close + 1;
            default:
                return Group(made, template, match);
        }
    }

    private static int Group(StringBuilder made, ReadOnlySpan<char> template, JsArray match)
    {
        for (var digits = 2; digits > 0; digits--)
        {
            if (template.Length >= digits && uint.TryParse(template[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number < match.Length)
            {
                Append(made, match[number]);
                return digits;
            }
        }

        made.Append('$');
        return 0;
    }

    private static void Append(StringBuilder made, JsValue value)
    {
        if (!value.IsUndefined())
            made.Append(TypeConverter.ToString(value));
    }
}
