import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/**
 * Which schema reads what another has written, by Apache Avro's own rules of schema resolution.
 *
 *   java SchemaVersions.java      a line on standard input is READER-FILE WRITER-FILE; the answer is "yes", or "no" and why
 */
class SchemaVersions {
    public static void main(String[] args) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in));

        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] files = line.split(" ");
            var found = SchemaCompatibility.checkReaderWriterCompatibility(read(files[0]), read(files[1])).getResult();
            boolean reads = found.getCompatibility() == SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE;
            System.out.println(reads ? "yes" : "no " + found.getIncompatibilities());
        }
    }

    static Schema read(String file) throws Exception {
        return new Schema.Parser().parse(Path.of(file).toFile());
    }
}
