/**
 * The package's templates and device libraries: where they are, what belongs to which.
 *
 * Owns: reading files of the package. Leaves to others: what is rendered from them (`project.ts`).
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { arrayDefinition, wrapped } from './c.js';

/** Folder `templates` of the package. */
export const TEMPLATES_FOLDER = fileURLToPath(new URL('../../templates', import.meta.url));

/** The PlatformIO development platform of the virtual boards. */
export const VIRTUAL_PLATFORM_FOLDER = join(TEMPLATES_FOLDER, 'platform-virtual');

const readTemplate = (path: string, folder = 'project'): string =>
  readFileSync(join(TEMPLATES_FOLDER, folder, `${path}.hbs`), 'utf8');

/**
 * The template engine with what our templates use beside its own words:
 *
 * - the parts of templates/project/parts as partials, by file name: `{{> struct.cpp}}`;
 * - `{{array type name items}}`, the definition of an array of literals;
 * - `{{wrapped item … [indent=4]}}`, items or lists of them joined by commas, wrapped at the line's end.
 */
function createEngine(): typeof Handlebars {
  const engine = Handlebars.create();
  for (const file of readdirSync(join(TEMPLATES_FOLDER, 'project', 'parts'))) {
    const name = file.replace(/\.hbs$/, '');
    engine.registerPartial(name, readTemplate(`parts/${name}`));
  }
  engine.registerHelper('array', (type: string, name: string, items: readonly string[]) =>
    arrayDefinition({ type, name, items }),
  );
  engine.registerHelper('wrapped', (...args: unknown[]) => {
    const { hash } = args.pop() as Handlebars.HelperOptions;
    return wrapped(args.flat().map(String), hash.indent as number | undefined);
  });
  return engine;
}

let engine: typeof Handlebars | undefined;

/**
 * Fills a template of templates/project, or of another folder beside it. Values go in as they are: escaping is the caller's (`c.ts`, `ini.ts`).
 * A value that the template names and the caller does not give is an error.
 */
export function fillTemplate(name: string, values: object, folder: 'project' | 'export' = 'project'): string {
  engine ??= createEngine();
  return engine.compile(readTemplate(name, folder), { noEscape: true, strict: true })(values);
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
