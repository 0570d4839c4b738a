import MiniSearch from 'minisearch';

/** Section of a page. `sections.mjs` creates the list of sections in the same build. */
interface Section {
  /** Address of the section, from the top of the documentation. */
  readonly at: string;
  /** Title of the page. */
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

const shownResults = 20;
const excerptLength = 160;

const field = document.querySelector('input');
const form = document.querySelector('form');
const status = document.querySelector('form p');
const list = document.querySelector('form ol');

if (field !== null && form !== null && status !== null && list !== null) {
  const search = createSearch();
  const show = async (): Promise<void> => {
    const query = field.value.trim();
    const found = query === '' ? [] : await search(query);
    // Results are dropped if the user has changed the text in the meantime.
    if (query !== field.value.trim()) return;
    status.textContent = query === '' ? '' : toCount(found.length);
    list.replaceChildren(...found.slice(0, shownResults).map((section) => toItem(section, query)));
  };
  const clear = (): void => {
    field.value = '';
    void show();
  };
  field.addEventListener('input', () => {
    show().catch(() => {
      status.textContent = 'The search could not be loaded.';
    });
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    list.querySelector('a')?.click();
  });
  form.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    clear();
    field.focus();
  });
  list.addEventListener('click', clear);
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (key !== '/' || target === field || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
  });
  form.hidden = false;
}

function createSearch(): (query: string) => Promise<readonly Section[]> {
  let loading: Promise<(query: string) => readonly Section[]> | null = null;
  const load = async (): Promise<(query: string) => readonly Section[]> => {
    const response = await fetch(new URL('search.json', import.meta.url));
    if (!response.ok) throw new Error(`search.json: ${response.status}`);
    const sections: readonly Section[] = await response.json();
    const index = new MiniSearch({ fields: ['heading', 'page', 'text'] });
    index.addAll(sections.map((section, id) => ({ ...section, id })));
    const fuzzy = (term: string): number | false => (term.length > 5 ? 0.25 : false);
    // Search exact words first, because similar ones would hide them.
    const attempts = [
      { fuzzy: false, combineWith: 'AND' },
      { fuzzy, combineWith: 'AND' },
      { fuzzy, combineWith: 'OR' },
    ] as const;
    return (query) => {
      for (const attempt of attempts) {
        const found = index.search(query, { ...attempt, prefix: true, boost: { heading: 4, page: 2 } });
        if (found.length > 0) return firstOfEachPlace(found.flatMap(({ id }) => sections[Number(id)] ?? []));
      }
      return [];
    };
  };
  return async (query) => {
    loading ??= load();
    try {
      return (await loading)(query);
    } catch (error) {
      loading = null;
      throw error;
    }
  };
}

/** All rows of a table have the same address, so only the best matching row is shown. */
function firstOfEachPlace(sections: readonly Section[]): readonly Section[] {
  const places = new Map<string, Section>();
  for (const section of sections) if (!places.has(section.at)) places.set(section.at, section);
  return [...places.values()];
}

function toCount(found: number): string {
  if (found === 0) return 'Nothing found';
  return found > shownResults ? `The first ${shownResults} of ${found}` : `${found} found`;
}

function toItem({ at, page, heading, text }: Section, query: string): HTMLLIElement {
  const link = document.createElement('a');
  link.href = new URL(at, import.meta.url).href;
  link.className = 'found';
  link.textContent = heading === '' ? page : heading;
  const where = document.createElement('span');
  where.textContent = page;
  const excerpt = document.createElement('p');
  excerpt.textContent = excerptOf(text, query);
  const item = document.createElement('li');
  item.append(link, ' ', where, excerpt);
  return item;
}

function excerptOf(text: string, query: string): string {
  const [word = ''] = query.toLowerCase().split(/\s+/);
  const found = Math.max(0, text.toLowerCase().indexOf(word));
  const start = found < excerptLength / 2 ? 0 : text.lastIndexOf(' ', found - excerptLength / 4) + 1;
  const end = start + excerptLength;
  return `${start > 0 ? '… ' : ''}${text.slice(start, end)}${end < text.length ? ' …' : ''}`;
}

for (const block of document.querySelectorAll('main pre')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', () => {
    const copied = navigator.clipboard.writeText(block.querySelector('code')?.textContent ?? '');
    const show = (text: string) => () => {
      button.textContent = text;
    };
    copied.then(show('Copied'), show('Copy failed'));
  });
  block.before(button);
}
