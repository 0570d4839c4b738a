import { type Problem, toConfigError } from '../config/problem.js';
import type { BrandConfig } from '../config/schema.js';
import { type Brand, type BrandPicture, type PictureName, pictureNames } from './brand.js';
import { checkDraft } from './draft.js';
import { takePicture } from './picture.js';

export type ReadBytes = (path: string) => Promise<Uint8Array>;

export async function readConfiguredBrand(
  config: BrandConfig | null,
  { readBytes }: { readonly readBytes: ReadBytes },
): Promise<Brand | null> {
  if (config === null) return null;
  const { chosen, problems } = checkDraft(config);
  const refused: { readonly field: PictureName; readonly reason: string }[] = [];
  const take = async (name: PictureName): Promise<BrandPicture | null> => {
    const path = config[name];
    if (path === null) return null;
    const bytes = await readBytes(path).catch(() => null);
    if (bytes === null) {
      refused.push({ field: name, reason: 'the file named here cannot be read' });
      return null;
    }
    const taken = await takePicture(name, bytes);
    if ('picture' in taken) return taken.picture;
    refused.push({ field: name, reason: taken.problem.reason });
    return null;
  };
  const [logo = null, logoDark = null, icon = null] = await Promise.all(pictureNames.map(take));
  const found = [...problems, ...pictureNames.flatMap((name) => refused.filter(({ field }) => field === name))].map(
    ({ field, reason }): Problem => ({ path: `brand.${field}`, reason }),
  );
  if (found.length > 0) throw toConfigError(found);
  return { ...chosen, logo, logoDark, icon };
}
