// One operation out of an editor that may hold several: the server takes documents of one operation alone.

/** The operation that runs: the one of this name, else the first. */
export function chosenOperation(document, operationName) {
  const operations = document?.definitions.filter((definition) => definition.kind === 'OperationDefinition') ?? [];
  return operations.find((operation) => operation.name?.value === operationName) ?? operations[0];
}

/**
 * The text with the chosen operation and its fragments alone.
 * What is left out becomes blanks, so that the lines and columns of errors stay those of the editor.
 */
export function withoutOthers(query, document, operationName) {
  const operation = chosenOperation(document, operationName);
  if (!operation) return query;
  const kept = reached(document, operation);
  return document.definitions
    .filter((definition) => definition.loc && !kept.has(definition))
    .reduce((text, { loc: { start, end } }) => text.slice(0, start) + blank(text.slice(start, end)) + text.slice(end), query);
}

/** The operation and the fragments that it spreads, however far in. */
function reached(document, operation) {
  const found = new Set([operation]);
  for (const definition of found) {
    for (const name of spreads(definition.selectionSet)) {
      const fragment = document.definitions.find((other) => other.kind === 'FragmentDefinition' && other.name.value === name);
      if (fragment) found.add(fragment);
    }
  }
  return found;
}

function spreads(selectionSet) {
  const selections = selectionSet?.selections ?? [];
  return selections.flatMap((selection) =>
    selection.kind === 'FragmentSpread' ? [selection.name.value] : spreads(selection.selectionSet),
  );
}

function blank(text) {
  return text.replace(/[^\r\n]/g, ' ');
}
