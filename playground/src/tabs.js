// Opens examples in GraphiQL's tabs, and one of its plugins at the start.

import { useEditorContext, useEffect, usePluginStore, useRef } from './libraries.js';

/**
 * A component without a face that reaches GraphiQL's editors, and the function that opens an example in them.
 * `variables(example)` gives the text for the variables editor, empty for none; `plugin` is open at first, or null.
 */
export function createTabs(variables, plugin) {
  let open = () => {};

  function Tabs() {
    const editor = useEditorContext({ nonNull: true });
    const { plugins } = usePluginStore();
    const waiting = useRef(null);
    open = (example) => {
      const there = editor.tabs.findIndex((tab) => tab.query === example.query);
      const current = editor.tabs[editor.activeTabIndex];
      if (there >= 0) editor.changeTab(there);
      else if (!current?.query?.trim()) fill(editor, example, variables(example));
      else {
        waiting.current = example;
        editor.addTab();
      }
    };
    // A new tab can be filled only once GraphiQL has drawn it.
    useEffect(() => {
      if (!waiting.current) return;
      fill(editor, waiting.current, variables(waiting.current));
      waiting.current = null;
    }, [editor.tabs.length]);
    // GraphiQL's own property for this selects a plugin and leaves its pane hidden. The buttons come with the plugins.
    useEffect(() => press(`[aria-label="Show ${plugin}"]`), [plugins.length]);
    return null;
  }

  return { Tabs, openExample: (example) => open(example) };
}

function fill(editor, example, variables) {
  editor.variableEditor?.setValue(variables);
  editor.queryEditor?.setValue(example.query);
  editor.queryEditor?.focus();
  if (variables) press('.graphiql-editor-tools [data-name="variables"]');
}

function press(selector) {
  document.querySelector(selector)?.click();
}
