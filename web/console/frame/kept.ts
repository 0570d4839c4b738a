/** Returns a text that this browser stores. `null` if there is none, or if the browser stores nothing. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Stores a text. If the browser stores nothing, the choice lasts until the user leaves the page. */
export function keep(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {}
}
