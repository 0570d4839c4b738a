import { toConfigError } from '../config/problem.js';
import type { BrandConfig } from '../config/schema.js';
import type { Brand } from './brand.js';
import { checkDraft } from './draft.js';
import { refuse, takePicture, takePictures } from './picture.js';

export type ReadBytes = (path: string) => Promise<Uint8Array>;

export async function readConfiguredBrand(
  config: BrandConfig | null,
  { readBytes }: { readonly readBytes: ReadBytes },
): Promise<Brand | null> {
  if (config === null) return null;
  const { chosen, problems } = checkDraft(config);
  const taken = await takePictures(async (name) => {
    const path = config[name];
    if (path === null) return null;
    const bytes = await readBytes(path).catch(() => null);
    if (bytes !== null) return takePicture(name, bytes);
    return refuse('picture_unreadable', 'the file named here cannot be read');
  });
  const found = [...problems, ...taken.problems];
  if (found.length > 0) throw toConfigError(found.map(({ field, reason }) => ({ path: `brand.${field}`, reason })));
  return { ...chosen, ...taken.pictures };
}
