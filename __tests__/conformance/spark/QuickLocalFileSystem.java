package conformance;

import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/** The local file system, without a process for each file's permissions. */
public class QuickLocalFileSystem extends LocalFileSystem {
  public QuickLocalFileSystem() {
    super(
        new RawLocalFileSystem() {
          @Override
          public void setPermission(Path path, FsPermission permission) {}
        });
    setWriteChecksum(false);
  }
}
