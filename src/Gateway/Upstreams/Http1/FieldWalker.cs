using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// Walks over the fields of a request. Kestrel's collections have a struct enumerator that only their concrete, internal type shows; through the
/// interface each walk would allocate a box. So a walker for the concrete type is made once, and collections without such an enumerator
/// are walked through the interface.
/// </summary>
internal abstract class FieldWalker
{
    private static readonly ConcurrentDictionary<Type, FieldWalker> ByType = new();
    private static FieldWalker? last;
    private readonly Type fieldsType;

    private FieldWalker(Type fieldsType) => this.fieldsType = fieldsType;

    public static FieldWalker For(IHeaderDictionary fields)
    {
        var type = fields.GetType();
        var walker = last;
        if (walker is not null && walker.fieldsType == type) return walker;
        return last = ByType.GetOrAdd(type, Make);
    }

    public abstract void Write(IHeaderDictionary fields, ref RequestHeadWriter writer);

    private static FieldWalker Make(Type type)
    {
        var method = type.GetMethod("GetEnumerator", Type.EmptyTypes);
        var enumerator = method?.ReturnType;
        return enumerator is { IsValueType: true } && enumerator.IsAssignableTo(typeof(IEnumerator<KeyValuePair<string, StringValues>>))
            ? (FieldWalker)Activator.CreateInstance(typeof(StructWalker<,>).MakeGenericType(type, enumerator), method)!
            : new InterfaceWalker(type);
    }

    private sealed class StructWalker<TFields, TEnumerator>(System.Reflection.MethodInfo method) : FieldWalker(typeof(TFields))
        where TFields : class
        where TEnumerator : struct, IEnumerator<KeyValuePair<string, StringValues>>
    {
        private readonly Func<TFields, TEnumerator> getEnumerator = method.CreateDelegate<Func<TFields, TEnumerator>>();

        public override void Write(IHeaderDictionary fields, ref RequestHeadWriter writer)
        {
            var enumerator = getEnumerator(System.Runtime.CompilerServices.Unsafe.As<TFields>(fields));
            while (enumerator.MoveNext())
            {
                var field = enumerator.Current;
                writer.Forward(field.Key, field.Value);
            }
        }
    }

    private sealed class InterfaceWalker(Type type) : FieldWalker(type)
    {
        public override void Write(IHeaderDictionary fields, ref RequestHeadWriter writer)
        {
            foreach (var (name, value) in fields) writer.Forward(name, value);
        }
    }
}
