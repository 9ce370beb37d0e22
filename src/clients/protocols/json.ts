export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A field of an object of any shape. Read by its name at every place, V8 compiles for the shapes it has seen there and throws
 * that away at the next; read here it knows that there are many.
 */
export const fieldOf = (object: JsonObject, name: string): unknown => object[name];

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
