/** Parts of `name[:arg…]`. */
export const nameOf = (spec: string): string => spec.split(':', 1)[0] ?? '';
export const argumentsOf = (spec: string): string[] => spec.split(':').slice(1);
