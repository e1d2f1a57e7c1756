type Flat = Map<string, string>;

/** The values of JSON by their paths: `stages[0].recipe.iterations`. */
function flat(value: unknown, at = '', found: Flat = new Map()): Flat {
  if (typeof value !== 'object' || value === null) return found.set(at, JSON.stringify(value));
  const inside = Object.entries(value);
  if (inside.length === 0) found.set(at, JSON.stringify(value));
  for (const [key, part] of inside)
    flat(part, Array.isArray(value) ? `${at}[${key}]` : at ? `${at}.${key}` : key, found);
  return found;
}

/** What two runs' settings, as JSON, differ in: `seed 5, now 6`. */
export function differences(before: string, now: string): string[] {
  const [a, b] = [before, now].map((json) => flat(JSON.parse(json)));
  return [...new Set([...a!.keys(), ...b!.keys()])]
    .filter((key) => a!.get(key) !== b!.get(key))
    .map((key) => `${key} ${a!.get(key) ?? 'not given'}, now ${b!.get(key) ?? 'not given'}`);
}
