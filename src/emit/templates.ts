/**
 * The package's templates and device libraries: where they are, what belongs to which.
 *
 * Owns: reading files of the package. Leaves to others: what is rendered from them (`project.ts`).
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';

/** Folder `templates` of the package. */
export const TEMPLATES_FOLDER = fileURLToPath(new URL('../../templates', import.meta.url));

/** The PlatformIO development platform of the virtual boards. */
export const VIRTUAL_PLATFORM_FOLDER = join(TEMPLATES_FOLDER, 'platform-virtual');

/** Fills a template of templates/project. Values go in as they are: escaping is the caller's (`c.ts`, `ini.ts`). */
export function fillTemplate(name: string, values: object): string {
  const text = readFileSync(join(TEMPLATES_FOLDER, 'project', `${name}.hbs`), 'utf8');
  return Handlebars.compile(text, { noEscape: true, strict: true })(values);
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesUnder(path) : [path];
    });
}

/** Files of a device library: path inside the library, with `/` → file of the package. */
export function libraryFiles(library: string): Map<string, string> {
  const folder = join(TEMPLATES_FOLDER, 'lib', library);
  return new Map(filesUnder(folder).map((path) => [relative(folder, path).split(sep).join('/'), path]));
}

/** A file of templates/project that is copied as it is. */
export function projectFile(path: string): string {
  return join(TEMPLATES_FOLDER, 'project', path);
}
