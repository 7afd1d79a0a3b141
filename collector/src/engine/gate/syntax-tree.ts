/** A node of the engine's `EXPLAIN AST` answer: one line, whose indent of one space a level gives its parent. */
export interface SyntaxNode {
  /** First word of the line: the node's kind. */
  kind: string;
  /** The rest of the line: name, alias, number of children. */
  detail: string;
  children: SyntaxNode[];
}

/** The tree, or undefined where the text is no well-formed tree of one root: the caller refuses then. */
export function syntaxTree(text: string): SyntaxNode | undefined {
  const path: SyntaxNode[] = [];
  let root: SyntaxNode | undefined;
  for (const line of text.replace(/\n+$/, '').split('\n')) {
    const parts = /^( *)(\S+)(.*)$/.exec(line);
    if (!parts) return undefined;
    const [, indent = '', kind = '', detail = ''] = parts;
    const depth = indent.length;
    if (depth > path.length) return undefined;
    const node: SyntaxNode = { kind, detail: detail.replace(/^ /, ''), children: [] };
    if (depth === 0) {
      if (root) return undefined;
      root = node;
    } else {
      path[depth - 1]?.children.push(node);
    }
    path.length = depth;
    path.push(node);
  }
  return root;
}
