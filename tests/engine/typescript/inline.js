// Runs one operation on the example beside it as an inline program of Node's Automation API, which needs no language
// host: node inline.js up|preview|refresh|destroy. Prints a line of JSON.
const { LocalWorkspace } = require("@pulumi/pulumi/automation");

async function main(operation) {
    const stack = await LocalWorkspace.createOrSelectStack({
        stackName: "dev",
        projectName: "kinetic-typescript",
        program: async () => ({ ...require("./bin/index.js") }),
    });
    const done = await stack[operation]();
    const outputs = Object.entries(done.outputs ?? {});
    console.log(
        JSON.stringify({
            changes: done.changeSummary ?? done.summary.resourceChanges ?? {},
            outputs: Object.fromEntries(outputs.map(([name, output]) => [name, output.value])),
            secrets: outputs.filter(([, output]) => output.secret).map(([name]) => name),
        }),
    );
}

main(process.argv[2]).catch((error) => {
    console.error(error.message);
    process.exit(1);
});
