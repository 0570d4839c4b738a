import { type MouseEvent, type ReactNode, useMemo, useSyncExternalStore } from 'react';

export const base = '/console';

const moved = 'facestep-moved';

let moves = 0;

/** Paths that the next navigation replaces in the browser's history, so that the back button skips them. */
const passed = /\/(sign-in|face-check)$/;

/**
 * @param to - path after `base`, such as `/people`
 * @param isReplaced - true to replace the current entry of the browser's history
 */
export function navigate(to: string, isReplaced = false): void {
  moves += 1;
  if (location.pathname + location.search !== base + to)
    history[isReplaced || passed.test(location.pathname) ? 'replaceState' : 'pushState'](null, '', base + to);
  window.dispatchEvent(new Event(moved));
}

function subscribe(onMove: () => void): () => void {
  for (const event of [moved, 'popstate']) window.addEventListener(event, onMove);
  return () => {
    for (const event of [moved, 'popstate']) window.removeEventListener(event, onMove);
  };
}

/** Returns a number that changes with each navigation, even one to the same address. */
export const useNavigationKey = (): number => useSyncExternalStore(subscribe, () => moves);

/** Returns the path after `base`, which is empty for the first screen. */
export const usePath = (): string =>
  useSyncExternalStore(subscribe, () => location.pathname.slice(base.length).replace(/\/+$/, ''));

export const useParameter = (name: string): string | null =>
  useSyncExternalStore(subscribe, () => new URLSearchParams(location.search).get(name));

export function useParameters(): URLSearchParams {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return useMemo(() => new URLSearchParams(search), [search]);
}

/** Returns an address with the form fields as query, so that it can be bookmarked. */
export function addressOf(path: string, fields: FormData): string {
  const query = new URLSearchParams();
  for (const [name, value] of fields)
    if (typeof value === 'string' && value.trim() !== '') query.set(name, value.trim());
  return query.size === 0 ? path : `${path}?${query}`;
}

export function Link({
  to,
  isCurrent = false,
  isAllowed = true,
  className,
  children,
}: {
  readonly to: string;
  readonly isCurrent?: boolean;
  /** False to show only the text. */
  readonly isAllowed?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const follow = (event: MouseEvent): void => {
    // Let the browser handle clicks that open a tab or window.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  if (!isAllowed) return children;
  return (
    <a className={className} href={base + to} onClick={follow} aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </a>
  );
}
