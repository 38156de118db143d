/** `strings.render_template`: Go's text/template over an object. */
import type { Builtin } from '../model/builtin.ts';
import { templateFunctions } from './template-functions.ts';
import { parseTemplate } from './template-parser.ts';
import { renderTemplate } from './template-render.ts';
import { templateValue } from './template-values.ts';

const NAMES: ReadonlySet<string> = new Set([...templateFunctions.keys(), 'and', 'or']);

/** The builtin over templates. */
export const templateBuiltins: readonly Builtin[] = [
  {
    name: 'strings.render_template',
    args: ['string', 'object'],
    result: 'string',
    call: ([template, data], context) => {
      context.charge((template as string).length);
      return renderTemplate(parseTemplate(template as string, NAMES), templateValue(data), context);
    },
  },
];
