/** A type whose fields are read elsewhere and written where it is made. */
export type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };
